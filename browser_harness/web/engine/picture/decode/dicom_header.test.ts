import type { DataSet } from "dicom-parser";
import { expect, test } from "vitest";
import { ageOf, headerOf } from "./dicom_header.js";

function set(texts: Readonly<Record<string, string>>): DataSet {
  const elements: Record<string, { dataOffset: number; length: number }> = {};
  const bytes: number[] = [];
  for (const [tag, text] of Object.entries(texts)) {
    elements[tag] = { dataOffset: bytes.length, length: text.length };
    bytes.push(...new TextEncoder().encode(text));
  }
  return { elements, byteArray: Uint8Array.from(bytes) } as unknown as DataSet;
}

test("a header says view, part, side, age and spacing, and never a name", () => {
  const header = headerOf(
    set({
      x00100010: "DOE^JANE",
      x00185101: "PA ",
      x00180015: "CHEST",
      x00200062: "L",
      x00101010: "003Y",
      x00181164: "0.2\\0.1",
    }),
  );
  expect(header).toEqual({
    view: "PA",
    bodyPart: "CHEST",
    laterality: "L",
    age: 3,
    spacing: { down: 0.2, across: 0.1, atDetector: true },
  });
});

test("what is malformed or missing is not said", () => {
  const nothing = { view: "", bodyPart: "", laterality: "", age: null, spacing: null };
  expect(headerOf(set({}))).toEqual(nothing);
  const odd = { x00185101: "<b>PA</b>", x00101010: "3", x00280030: "0\\1", x00181164: "a\\1" };
  expect(headerOf(set(odd))).toEqual(nothing);
});

test("an age has units", () => {
  expect(
    ["045Y", "006M", "014D", "026W"].map((text) => Math.round((ageOf(text) ?? 9) * 100)),
  ).toEqual([4500, 50, 4, 50]);
});

test("a spacing that was calibrated, or is not the detector's, is the patient's", () => {
  const of = (texts: Record<string, string>) => headerOf(set(texts)).spacing?.atDetector;
  expect(of({ x00280030: "0.1\\0.1" })).toBe(true);
  expect(of({ x00280030: "0.1\\0.1", x00181164: "0.1\\0.1" })).toBe(true);
  expect(of({ x00280030: "0.1\\0.1", x00181164: "0.15\\0.15" })).toBe(false);
  expect(of({ x00280030: "0.1\\0.1", x00280a02: "FIDUCIAL" })).toBe(false);
});
