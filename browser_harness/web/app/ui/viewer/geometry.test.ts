import { expect, test } from "vitest";
import { fitted, isFitted, onStage, panned, zoomed } from "./geometry.js";

const PICTURE = { width: 1000, height: 500 };
const STAGE = { width: 400, height: 400 };

test("a picture fits as a whole, in the middle", () => {
  const view = fitted(PICTURE, STAGE);
  expect(view).toEqual({ x: 500, y: 250, scale: 0.4 });
  const place = onStage({ x: 0, y: 0, ...PICTURE }, view, STAGE);
  expect(place).toEqual({ x: 0, y: 100, width: 400, height: 200 });
});

test("zooming leaves the point under the pointer where it is", () => {
  const before = fitted(PICTURE, STAGE);
  const at = { x: 300, y: 200 };
  const after = zoomed(before, 4, at, PICTURE, STAGE);
  const pointOf = ({ x, scale }: typeof before) => x + (at.x - STAGE.width / 2) / scale;
  expect(pointOf(after)).toBeCloseTo(pointOf(before), 9);
});

test("a picture becomes no smaller than it fits", () => {
  const view = zoomed(fitted(PICTURE, STAGE), 0.1, { x: 0, y: 0 }, PICTURE, STAGE);
  expect(isFitted(view, PICTURE, STAGE)).toBe(true);
});

test("a pixel becomes no larger than 32", () => {
  const view = zoomed(fitted(PICTURE, STAGE), 1e9, { x: 200, y: 200 }, PICTURE, STAGE);
  expect(view.scale).toBe(32);
});

test("moving stops at the picture's edge", () => {
  const near = zoomed(fitted(PICTURE, STAGE), 5, { x: 200, y: 200 }, PICTURE, STAGE);
  const moved = panned(near, 1e6, 0, PICTURE, STAGE);
  expect(onStage({ x: 0, y: 0, ...PICTURE }, moved, STAGE).x).toBeCloseTo(0, 9);
});

test("a region follows the view", () => {
  const view = { x: 10, y: 10, scale: 2 };
  const region = { x: 10, y: 10, width: 5, height: 4 };
  expect(onStage(region, view, STAGE)).toEqual({ x: 200, y: 200, width: 10, height: 8 });
});
