import type { Tongue } from "./catalogue.js";

/** The languages of the page, by their tags: each has a file of its name in languages/. */
export const LANGUAGES = {
  en: { tag: "en", name: "English", direction: "ltr", reviewedBy: "the authors of the words" },
  de: { tag: "de", name: "Deutsch", direction: "ltr", reviewedBy: null },
  fr: { tag: "fr", name: "Français", direction: "ltr", reviewedBy: null },
  ar: { tag: "ar", name: "العربية", direction: "rtl", reviewedBy: null },
} as const satisfies Readonly<Record<string, Tongue & Described>>;

export type Language = keyof typeof LANGUAGES;

interface Described {
  /** In the language itself. */
  readonly name: string;
  /** Who reads films in this language and has compared every message with the English; null: nobody. */
  readonly reviewedBy: string | null;
}

/** Files of the languages but English, which is in the script: each is fetched when it is asked for. */
export const FILES: Readonly<Record<Exclude<Language, "en">, () => Promise<{ default: string }>>> =
  {
    de: () => import("./languages/de.ftl?raw"),
    fr: () => import("./languages/fr.ftl?raw"),
    ar: () => import("./languages/ar.ftl?raw"),
  };
