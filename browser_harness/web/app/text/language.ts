import { computed, signal } from "@preact/signals";
import { recall, remember } from "../storage.js";
import { catalogueOf, type Catalogue } from "./catalogue.js";
import { en } from "./en.js";
import { formatsOf } from "./format.js";
import { FILES, LANGUAGES, type Language } from "./languages.js";

export { LANGUAGES, type Language };

const KEY = "xport.language";
/** So long, in ms, the page waits at its start for a language before it begins in English. */
const PATIENCE = 3000;

/** The first of a person's languages that the page has; English otherwise. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0] ?? "";
    if (Object.hasOwn(LANGUAGES, language)) return language as Language;
  }
  return "en";
}

const catalogues = new Map<Language, Catalogue>([["en", en]]);
let wanted: Language = "en";

export const language = signal<Language>("en");
/** The language that was asked for and could not be had; null otherwise. */
export const missing = signal<Language | null>(null);

/** What the page says, in the language of the moment. */
export const text = computed(() => catalogues.get(language.value) ?? en);
export const formats = computed(() => formatsOf(language.value));
/** Whether nobody who speaks the language of the moment has reviewed it. */
export const unreviewed = computed(() => LANGUAGES[language.value].reviewedBy === null);

/** A finding's label as people write it: translated if it is known, else as the release has it. */
export function nameOf(label: string): string {
  const plain = label.replaceAll("_", " ");
  const names = text.value.findings.labels;
  return Object.hasOwn(names, plain) ? (names[plain] ?? plain) : plain;
}

/** A day of a site's thresholds: as in every export where the page speaks English, too. */
export function dayText(iso: string): string {
  return language.value === "en" ? iso : formats.value.day(iso);
}

/** A drawn example's title, as `example_files` in xport/inputs/images.py gives it. */
const DRAWN = /^Phantom: a drawn chest(?: with (.+))?, no person$/;

/** An example's title: translated if it is one of the drawn ones, else as the release has it. */
export function exampleNameOf(title: string): string {
  const words = text.value.images.add;
  const [whole, found] = DRAWN.exec(title) ?? [];
  if (!whole || language.value === "en") return title;
  if (!found) return words.drawn;
  const names = found.split(" and ").map((one) => {
    return nameOf(one.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()));
  });
  return words.drawnWith(new Intl.ListFormat(language.value).format(names));
}

/** Takes the language that was chosen before, or the browser's; a slow one when it is there. */
export async function startLanguage(): Promise<void> {
  const chosen = recall(KEY);
  const first = languageFor([...(chosen ? [chosen] : []), ...navigator.languages]);
  await Promise.race([speak(first), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

export function chooseLanguage(chosen: Language): void {
  remember(KEY, chosen);
  void speak(chosen);
}

/** Fetches a language if it has to, and speaks it unless another was asked for meanwhile. */
async function speak(asked: Language): Promise<void> {
  wanted = asked;
  missing.value = null;
  try {
    if (asked !== "en" && !catalogues.has(asked)) {
      const { default: source } = await FILES[asked]();
      catalogues.set(asked, catalogueOf(LANGUAGES[asked], source));
    }
    if (wanted === asked) language.value = asked;
  } catch {
    if (wanted === asked) missing.value = asked;
  }
}
