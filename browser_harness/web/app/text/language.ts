import { computed, signal } from "@preact/signals";
import { recall, remember } from "../storage.js";
import { de } from "./de.js";
import { en, type Catalogue } from "./en.js";
import { formatsOf } from "./format.js";

export type Language = "en" | "de";

/** Names of the languages, in themselves. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, de };
const KEY = "xport.language";

/** The first of a person's languages that the page has; English otherwise. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0] ?? "";
    if (Object.hasOwn(CATALOGUES, language)) return language as Language;
  }
  return "en";
}

export const language = signal<Language>("en");

/** What the page says, in the language of the moment. */
export const text = computed(() => CATALOGUES[language.value]);
export const formats = computed(() => formatsOf(language.value));

/** A finding's label as people write it: translated if it is known, else as the release has it. */
export function nameOf(label: string): string {
  const plain = label.replaceAll("_", " ");
  const names = text.value.findings.labels;
  return Object.hasOwn(names, plain) ? (names[plain] ?? plain) : plain;
}

/** Takes the language that was chosen before, or the browser's. */
export function startLanguage(): void {
  const chosen = recall(KEY);
  language.value = languageFor([...(chosen ? [chosen] : []), ...navigator.languages]);
}

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  remember(KEY, chosen);
}
