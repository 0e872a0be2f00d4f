import { text } from "../../text/language.js";
import { announce } from "./announce.js";
import { csvOf, jsonOf, type Source } from "./export_documents.js";
import { items, markExported } from "./queue.js";
import { digest, release } from "./session.js";

/** Saves what was found in all images, and remembers that it was. */
export function saveResults(form: "csv" | "json"): void {
  const finished = items.value.filter(({ result, status }) => result ?? status === "failed");
  const source = sourceNow();
  const content = form === "csv" ? csvOf(finished, source) : jsonOf(finished, source);
  const name = fileName("findings", form);
  save(content, name, form === "csv" ? "text/csv;charset=utf-8" : "application/json");
  markExported(new Set(finished.map(({ id }) => id)));
  announce(text.value.images.export.saved(name));
}

/** Offers a text as a file. */
export function save(content: string, name: string, type: string): void {
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

function sourceNow(): Source {
  return {
    release: release.value?.release ?? "",
    title: release.value?.title ?? "",
    version: release.value?.version ?? null,
    digest: digest.value,
    made: new Date().toISOString(),
    publisher: release.value?.publisher?.name ?? null,
  };
}
