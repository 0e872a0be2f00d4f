import { expect, test } from "vitest";
import type { Corrections } from "../../host/types.js";
import { areOffered, remedyFor, withChange, type Change } from "./corrections.js";

const after = (...changes: Change[]) =>
  changes.reduce<Corrections>((done, change) => withChange(done, change), []);

test("a turn is of the image as it is to be seen, mirrored or not", () => {
  expect(after("right")).toEqual(["turn-90"]);
  expect(after("left")).toEqual(["turn-270"]);
  expect(after("right", "mirror")).toEqual(["turn-90", "mirror"]);
  expect(after("mirror", "right")).toEqual(["turn-270", "mirror"]);
  expect(after("flip")).toEqual(["turn-180", "mirror"]);
});

test("what is done and undone leaves nothing to say", () => {
  expect(after("right", "right", "right", "right")).toEqual([]);
  expect(after("flip", "flip")).toEqual([]);
  expect(after("mirror", "right", "left", "mirror")).toEqual([]);
  expect(after("invert", "crop", "half", "invert", "half", "crop")).toEqual([]);
});

test("corrections stand in the order in which they are done", () => {
  expect(after("invert", "mirror", "crop")).toEqual(["crop-border", "mirror", "invert"]);
});

test("a refusal offers what undoes its reason, and a crop once", () => {
  expect(withChange([], remedyFor("turned-clockwise", []) ?? "crop")).toEqual(["turn-270"]);
  expect(remedyFor("inverted", [])).toBe("invert");
  expect(remedyFor("unlike", [])).toBe("crop");
  expect(remedyFor("unlike", ["crop-border"])).toBeNull();
  expect(remedyFor("lateral", [])).toBeNull();
});

test("nothing is offered that a release has not verified", () => {
  expect(areOffered(["turn-90"], ["turn-90", "invert"])).toBe(true);
  expect(areOffered(["turn-90", "mirror"], ["turn-90", "invert"])).toBe(false);
});
