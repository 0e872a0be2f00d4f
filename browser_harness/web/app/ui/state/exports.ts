import { text } from "../../text/language.js";
import { announce } from "./announce.js";
import { csvOf, jsonOf, type Source } from "./export_documents.js";
import { fhirOf } from "./fhir.js";
import { named } from "./pseudonyms.js";
import { items, markExported } from "./queue.js";
import { digest, release } from "./session.js";
import { wideCsvOf } from "./wide_csv.js";

/** Forms of the results as files: how each is made, its name, its ending and its type. */
const FORMS = {
  csv: { of: csvOf, what: "findings", ending: "csv", type: "text/csv;charset=utf-8" },
  wide: { of: wideCsvOf, what: "images", ending: "csv", type: "text/csv;charset=utf-8" },
  json: { of: jsonOf, what: "findings", ending: "json", type: "application/json" },
  fhir: { of: fhirOf, what: "fhir", ending: "json", type: "application/fhir+json" },
} as const;

export type Form = keyof typeof FORMS;

/** Saves what was found in all images, and remembers that it was. */
export function saveResults(form: Form): void {
  const finished = items.value.filter(({ result, status }) => result ?? status === "failed");
  const { of, what, ending, type } = FORMS[form];
  const name = fileName(what, ending);
  save(of(named(finished), sourceNow()), name, type);
  markExported(new Set(finished.map(({ id }) => id)));
  announce(text.value.images.export.saved(name));
}

/** Offers a text, or bytes, as a file. */
export function save(content: BlobPart, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser has to have read it first
}

/** chest-x-ray-findings-2026-11-24-15-30.csv, in local time. */
export function fileName(what: string, ending: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  return `chest-x-ray-${what}-${local.slice(0, 16).replace(/[T:]/g, "-")}.${ending}`;
}

/** The release, and the moment. */
export function sourceNow(): Source {
  return {
    release: release.value?.release ?? "",
    title: release.value?.title ?? "",
    version: release.value?.version ?? null,
    digest: digest.value,
    made: new Date().toISOString(),
    publisher: release.value?.publisher?.name ?? null,
  };
}
