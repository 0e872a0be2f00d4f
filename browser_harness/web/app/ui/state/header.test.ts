import { expect, test } from "vitest";
import { rulerOf, spacingSeen, warningsOf } from "./header.js";

const PLAIN = { view: "PA", bodyPart: "CHEST", laterality: "", age: 45, spacing: null };

test("a frontal chest of an adult, and a header that says nothing, warn of nothing", () => {
  expect(warningsOf(PLAIN)).toEqual([]);
  expect(warningsOf({ ...PLAIN, view: "", bodyPart: "", age: null })).toEqual([]);
});

test("a lateral view, another part and a child are warned of", () => {
  expect(warningsOf({ ...PLAIN, view: "LL" })).toEqual(["lateral"]);
  expect(warningsOf({ ...PLAIN, bodyPart: "HAND", age: 3 })).toEqual(["otherPart", "child"]);
  expect(warningsOf({ ...PLAIN, age: 0.04 })).toEqual(["child"]);
});

test("a ruler is as long as fits, in round millimetres", () => {
  expect(rulerOf(120, 0.5)).toBe(50);
  expect(rulerOf(120, 0.2)).toBe(20);
  expect(rulerOf(120, 0.01)).toBe(1);
  expect(rulerOf(120, 0.004)).toBeCloseTo(0.2);
});

test("what is turned by a quarter has its rows for columns", () => {
  const spacing = { down: 2, across: 1, atDetector: true };
  expect(spacingSeen(spacing, ["turn-180", "mirror"])).toEqual(spacing);
  expect(spacingSeen(spacing, ["turn-90"])).toEqual({ down: 1, across: 2, atDetector: true });
});
