import { describe, expect, it } from "vitest";

import { compare, cosine, maxAbs, relativeL2, type Pair } from "./comparison.js";
import type { ModelTest } from "./self_test.js";

const pair = (found: readonly number[], expected: readonly number[]): Pair => ({
  found: Float32Array.from(found),
  expected: Float32Array.from(expected),
});
const because = "a test";

describe("measures", () => {
  it("takes the largest difference", () => {
    expect(maxAbs(pair([1, 2, 3], [1, 2.5, 2]))).toBe(1);
  });

  it("pools squared differences and references over the cases", () => {
    const pairs = [pair([1, 1], [0, 1]), pair([2, 0], [2, 2])];
    expect(relativeL2(pairs)).toBeCloseTo(Math.sqrt(5 / 9), 12);
  });

  it("takes the cosine of both as vectors", () => {
    expect(cosine(pair([1, 0], [1, 1]))).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine(pair([-2, -2], [1, 1]))).toBeCloseTo(-1, 12);
  });

  it.each([
    ["a NaN", [NaN, 1], [1, 1]],
    ["a NaN behind a larger difference", [9, NaN], [1, 1]],
    ["a NaN in the reference", [1, 1], [1, NaN]],
    ["another length", [1], [1, 1]],
    ["nothing", [], []],
  ])("is no number for %s", (_, found, expected) => {
    const one = pair(found, expected);
    expect(maxAbs(one)).toBeNaN();
    expect(cosine(one)).toBeNaN();
    expect(relativeL2([one])).toBeNaN();
  });

  it("is no number for infinities that agree", () => {
    expect(maxAbs(pair([Infinity, 0], [Infinity, 0]))).toBeNaN();
  });
});

describe("compare", () => {
  const test: ModelTest = {
    cases: [],
    tolerances: [{ output: "y", max_abs: 0.1, because }],
    likenesses: [{ output: "map", min_cosine: 0.9, max_relative_l2: 0.5, because }],
  };
  const near = pair([0.05, 1], [0, 1]);
  const results = (y: readonly Pair[], map: readonly Pair[]) => {
    const checks = compare("clf", test, new Map([...Object.entries({ y, map })]));
    return Object.fromEntries(checks.map((one) => [`${one.output} ${one.measure}`, one.passed]));
  };

  it("holds each output to its bound", () => {
    expect(results([near, near], [near])).toEqual({
      "y max-abs": true,
      "map cosine": true,
      "map relative-l2": true,
    });
  });

  it("fails on the worst case", () => {
    expect(results([near, pair([0.2, 1], [0, 1])], [near])).toMatchObject({ "y max-abs": false });
    const turned = pair([1, 0], [0, 1]);
    expect(results([near], [near, turned])).toMatchObject({ "map cosine": false });
  });

  it("fails on NaN, and says so", () => {
    expect(results([near, pair([NaN, 1], [0, 1])], [pair([NaN, 1], [0, 1])])).toEqual({
      "y max-abs": false,
      "y not-finite": false,
      "map cosine": false,
      "map relative-l2": false,
      "map not-finite": false,
    });
  });

  it("fails on an output that is one value everywhere, though near", () => {
    expect(results([pair([1, 1], [1, 1.05])], [near])).toMatchObject({
      "y max-abs": true,
      "y constant": false,
    });
  });

  it("lets an output be a single number", () => {
    expect(results([pair([1], [1])], [near])).not.toHaveProperty("y constant");
  });

  it("fails where nothing was compared", () => {
    const checks = compare("clf", test, new Map());
    expect(checks.map(({ passed }) => passed)).toEqual([false, false, false]);
    expect(results([], [])).toEqual({
      "y max-abs": false,
      "map cosine": false,
      "map relative-l2": false,
    });
  });
});
