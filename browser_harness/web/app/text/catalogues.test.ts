import { FluentResource } from "@fluent/bundle";
import { expect, test } from "vitest";
import { catalogueOf, LanguageError, messagesIn, type Catalogue } from "./catalogue.js";
import { FILES, LANGUAGES, type Language } from "./languages.js";
import english from "./languages/en.ftl?raw";
import { MESSAGES } from "./messages/index.js";

/** Words that languages share, by the ends of their names. */
const SHARED = new RegExp(
  [
    "-(webgl|wasm|cpu|saliency|json|csv|Pneumothorax|autoencoder|SSIM|counted|bytes)$",
    "^(page-title|images-queue-top|images-heading)$",
  ].join("|"),
);

const TAGS = Object.keys(LANGUAGES) as Language[];
const SOURCES = new Map<Language, string>([["en", english]]);
for (const [tag, load] of Object.entries(FILES)) {
  SOURCES.set(tag as Language, (await load()).default);
}
const WANTED = new Map(messagesIn(MESSAGES));

type Body = FluentResource["body"];

const bodyOf = (tag: Language): Body => new FluentResource(SOURCES.get(tag) ?? "").body;
const said = (tag: Language): Catalogue => catalogueOf(LANGUAGES[tag], SOURCES.get(tag) ?? "");

/** Names of all variables in a part of a message. */
function variablesIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const { type, name } = part as { readonly type?: string; readonly name?: string };
  if (type === "var" && name) return [name];
  return Object.values(part).flatMap(variablesIn);
}

/** Message names as they are written in a file, those the parser would skip too. */
const written = (source: string) => [...source.matchAll(/^([\w-]+) =/gm)].map(([, id]) => id);

test("no two messages have one name", () => {
  expect(WANTED.size).toBe(messagesIn(MESSAGES).length);
});

test.each(TAGS)("%s has exactly the messages that the page says, each once", (tag) => {
  const wanted = [...WANTED.keys()].sort();
  expect(written(SOURCES.get(tag) ?? "").sort()).toEqual(wanted);
  expect(bodyOf(tag).map(({ id }) => id).sort()).toEqual(wanted); // prettier-ignore
});

test.each(TAGS)("%s says exactly what its sentences are given to say", (tag) => {
  const found = bodyOf(tag).map(({ id, value }) => [id, [...new Set(variablesIn(value))].sort()]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries([...WANTED].map(([id, variables]) => [id, [...variables].sort()])),
  );
});

test.each(TAGS)("no message of %s is markup, and none is empty but the English notice", (tag) => {
  const values = bodyOf(tag).map(({ id, value }) => [id, JSON.stringify(value)] as const);
  expect(values.filter(([, value]) => /<\/?\w|&\w+;/.test(value))).toEqual([]);
  const empty = values.filter(([, value]) => value === '[{"type":"str","value":""}]');
  expect(empty.map(([id]) => id)).toEqual(tag === "en" ? ["page-notice"] : []);
});

test("the page sets no message as markup", () => {
  const sources = import.meta.glob("../ui/**/*.{ts,tsx}", { query: "?raw", eager: true });
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  const setting =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment/i;
  const found = Object.entries(sources).filter(([, source]) =>
    setting.test(JSON.stringify(source)),
  );
  expect(found.map(([file]) => file)).toEqual([]);
});

test.each(TAGS.filter((tag) => tag !== "en"))("nothing of %s is left in English", (tag) => {
  const original = new Map(bodyOf("en").map(({ id, value }) => [id, JSON.stringify(value)]));
  const same = bodyOf(tag)
    .filter(({ id, value }) => original.get(id) === JSON.stringify(value) && !SHARED.test(id))
    .filter(({ value }) => typeof value === "string" && /[A-Za-z]{2}/.test(value));
  expect(same.map(({ id }) => id)).toEqual([]);
});

test.each(TAGS)("%s counts one result and two in forms of their own", (tag) => {
  const { export: exported, queue } = said(tag).images;
  for (const say of [exported.count, queue.added]) expect(say(1)).not.toBe(say(2));
  expect(exported.count(1)).not.toBe(exported.count(2).replace("2", "1"));
});

test("a language that lacks a message is refused whole", () => {
  const lacking = english.replace(/^page-strip = .*$/m, "");
  expect(() => catalogueOf(LANGUAGES.en, lacking)).toThrow(LanguageError);
});

test("where one reads from the right, what is put in keeps its own direction", () => {
  const remove = (direction: "ltr" | "rtl") =>
    catalogueOf({ tag: "en", direction }, english).images.queue.remove("a.png");
  expect(remove("ltr")).toBe("Remove a.png");
  expect(remove("rtl")).toBe("Remove \u2068a.png\u2069");
});
