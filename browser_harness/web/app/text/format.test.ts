import { expect, test } from "vitest";
import { decimalsApart, formatsOf } from "./format.js";
import { languageFor } from "./language.js";

const [english, german] = [formatsOf("en"), formatsOf("de")];

test("numbers have the language's decimal mark", () => {
  expect(english.number(0.5, 3)).toBe("0.500");
  expect(german.number(0.5, 3)).toBe("0,500");
});

test("sizes are in kB or MB", () => {
  expect(english.bytes(4_900)).toBe("4.9 kB");
  expect(english.bytes(532_000)).toBe("532 kB");
  expect(german.bytes(7_140_000)).toBe("7,1 MB");
  expect(english.bytes(93_400_000)).toBe("93 MB");
});

test("small numbers keep two digits, and what is no number is said so", () => {
  expect(english.small(4.77e-7)).toBe("4.8E-7");
  expect(english.small(0)).toBe("0");
  expect(english.small(0.99912)).toBe("0.99912");
  expect(english.small(NaN)).toBe("NaN");
});

test("a day is written as the language does, and what is no day stays as it is", () => {
  expect(german.day("2026-01-31")).toBe("31.01.2026");
  expect(english.day("2026-01-31")).toBe("Jan 31, 2026");
  expect(english.day("soon")).toBe("soon");
});

test("every digit of a float32 is there", () => {
  const value = Math.fround(0.1234567);
  expect(Number(english.full(value))).toBe(value);
});

test("a score is told apart from its threshold", () => {
  expect(decimalsApart(0.9, 0.6)).toBe(2);
  expect(decimalsApart(0.96151, 0.9612)).toBe(3);
  expect(decimalsApart(0.6, 0.6)).toBe(2);
});

test("a person's first language that the page has is taken, English otherwise", () => {
  expect(languageFor(["pt-BR", "de-AT", "en"])).toBe("de");
  expect(languageFor(["pt"])).toBe("en");
  expect(languageFor(["constructor"])).toBe("en");
});
