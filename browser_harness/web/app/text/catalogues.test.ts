import { expect, test } from "vitest";
import { de } from "./de.js";
import { en } from "./en.js";

/** Words that both languages share. */
const SHARED = new Set([
  "webgl",
  "wasm",
  "cpu",
  "saliency",
  "title",
  "json",
  "csv",
  "Pneumothorax",
  "autoencoder",
]);

type Entry = readonly [path: string, value: unknown];

function entriesOf(value: object, path = ""): Entry[] {
  return Object.entries(value).flatMap(([key, one]: [string, unknown]): Entry[] => {
    const place = path ? `${path}.${key}` : key;
    return typeof one === "object" && one !== null ? entriesOf(one, place) : [[place, one]];
  });
}

/** A sentence with marks in place of what it is about. */
function said(value: unknown): string {
  if (typeof value !== "function") return String(value);
  const marks = Array.from({ length: value.length }, (_, i) => `<${i}>`);
  return String((value as (...given: unknown[]) => string)(...marks));
}

const ENGLISH = entriesOf(en);
const GERMAN = new Map(entriesOf(de));

test("German has exactly the keys of English", () => {
  expect([...GERMAN.keys()].sort()).toEqual(ENGLISH.map(([path]) => path).sort());
});

test("no sentence is empty, but the German notice has no English twin", () => {
  const empty = (entries: Iterable<Entry>) =>
    [...entries].filter(([, value]) => said(value).trim() === "").map(([path]) => path);
  expect(empty(ENGLISH)).toEqual(["page.notice"]);
  expect(empty(GERMAN)).toEqual([]);
});

test("nothing is left in English", () => {
  const same = ENGLISH.filter(([path, value]) => said(value) === said(GERMAN.get(path)))
    .filter(([path]) => !SHARED.has(path.split(".").pop() ?? ""))
    .filter(([, value]) => /[A-Za-z]{2}/.test(said(value).replace(/<\d>/g, "")));
  expect(same.map(([path]) => path)).toEqual([]);
});

test("German says everything that English is given to say", () => {
  const lost = ENGLISH.filter(([path, value]) => {
    const marks = said(value).match(/<\d>/g) ?? [];
    return marks.some((mark) => !said(GERMAN.get(path)).includes(mark));
  });
  expect(lost.map(([path]) => path)).toEqual([]);
});

test("one result and two results are counted in words of their own", () => {
  for (const { images } of [en, de]) {
    expect(images.export.count(1)).not.toBe(images.export.count(2).replace("2", "1"));
    expect(images.queue.added(1)).not.toBe(images.queue.added(2).replace("2", "1"));
  }
});
