import { expect, test } from "vitest";
import { en } from "../../text/en.js";
import { FINDINGS } from "../testing.js";
import { arranged, standingOf, standingText } from "./standing.js";

test("above 0.6 a finding is above, from 0.5 on uncertain, below it below", () => {
  expect(FINDINGS.map(standingOf)).toEqual([
    "above",
    "above-uncertain",
    "no-operating-point",
    "at-uncertain",
    "below",
  ]);
});

test("exactly 0.6 is still uncertain", () => {
  const standing = { calibrated: 0.6, reached: true };
  expect(standingOf({ label: "x", output: 0.4, standing })).toBe("above-uncertain");
});

test("a finding without an operating point says why", () => {
  const [, , none] = FINDINGS;
  expect(standingText(none!, en.findings)).toBe("no operating point: no positive image");
});

test("a release without operating points says nothing about standing", () => {
  expect(standingText({ label: "x", output: 1, standing: null }, en.findings)).toBe("");
});

test("findings without an operating point stand apart, and values fall", () => {
  const { calibrated, others } = arranged(FINDINGS, "value");
  expect(calibrated.map(({ index }) => index)).toEqual([0, 1, 3, 4]);
  expect(others.map(({ index }) => index)).toEqual([2]);
});

test("a fixed order is that of the classifier's outputs", () => {
  const turned = [...FINDINGS].reverse();
  expect(arranged(turned, "fixed").calibrated.map(({ index }) => index)).toEqual([0, 1, 3, 4]);
});
