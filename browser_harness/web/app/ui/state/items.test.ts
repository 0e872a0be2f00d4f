import { expect, test } from "vitest";
import { itemFor } from "../testing.js";
import {
  countsOf,
  itemOf,
  neighbourOf,
  nextWaiting,
  thumbOf,
  withFiles,
  withItem,
} from "./items.js";

const file = new File(["x"], "a.png");
const three = [itemOf(1, file), itemOf(2, file), itemOf(3, file)];

test("files are examined in the order in which they were given", () => {
  expect(nextWaiting(three)?.id).toBe(1);
  expect(nextWaiting(withItem(three, 1, { status: "done" }))?.id).toBe(2);
  expect(nextWaiting([])).toBeNull();
});

test("files that are called alike can be told apart, and keep their own name for the exports", () => {
  const first = withFiles([], [file, file], 1);
  const all = withFiles(first.slice(1), [file, file, new File(["x"], "b.png")], 3);
  expect(first.map(({ name }) => name)).toEqual(["a.png", "a.png (2)"]);
  expect(all.map(({ id, name }) => [id, name])).toEqual([
    [2, "a.png (2)"],
    [3, "a.png"],
    [4, "a.png (3)"],
    [5, "b.png"],
  ]);
  expect(new Set(all.map((one) => one.file.name))).toEqual(new Set(["a.png", "b.png"]));
});

test("a change to an item that was removed changes nothing", () => {
  expect(withItem(three, 9, { status: "done" })).toEqual(three);
});

test("the next item, or else the one before, takes a removed one's place", () => {
  expect(neighbourOf(three, 2)).toBe(3);
  expect(neighbourOf(three, 3)).toBe(2);
  expect(neighbourOf(three.slice(0, 1), 1)).toBeNull();
});

test("what waits, and results that were not exported, are lost when the page closes", () => {
  const failed = itemFor("b", { status: "failed", result: null });
  const items = [itemFor("a"), itemFor("c", { exported: true }), failed, itemOf(4, file)];
  expect(countsOf(items)).toEqual({
    all: 4,
    finished: 3,
    results: 2,
    unexported: 1,
    losable: true,
  });
  expect(countsOf([failed, itemFor("c", { exported: true })]).losable).toBe(false);
  expect(countsOf([itemOf(4, file)]).losable).toBe(true);
});

test("a thumbnail shows means of areas between black and white", () => {
  const size = 224;
  const values = Float32Array.from({ length: size * size }, (_, i) => ((i % size) % 2 ? 1 : -1));
  const { size: side, levels } = thumbOf({ size, values, low: -1, high: 1 });
  expect(side).toBe(112);
  expect(new Set(levels)).toEqual(new Set([128]));
});

test("a small input is its own thumbnail", () => {
  const values = Float32Array.of(0, 0.5, 1, 2);
  expect([...thumbOf({ size: 2, values, low: 0, high: 1 }).levels]).toEqual([0, 128, 255, 255]);
});
