import { expect, test } from "vitest";
import { scorePlaces } from "./Scale.js";

test("scores that differ stand apart, on the side of the threshold that they are on", () => {
  const likeness = [0.01, 0.49, 0.75, 0.84].map((score) => scorePlaces(score, 0.75, true).score);
  expect(likeness).toEqual([1, 49, 75, 84]);
  expect(scorePlaces(0.3, 0.75, true).limit).toBe(75);
  const distance = [0.01, 0.1, 0.2].map((score) => scorePlaces(score, 0.1, false).score);
  expect(distance.map(Math.round)).toEqual([3, 33, 67]);
  expect(scorePlaces(99, 0.1, false).score).toBe(99);
});
