import { expect, test } from "vitest";
import { colourOf, lightnessOf, STOPS } from "./colours.js";
import { blurred, colouredLayer, errorsOf, FULL_RED, redLayer, sharesOf } from "./overlay.js";

test("lightness rises all the way, so that order survives gray prints", () => {
  const steps = Array.from({ length: 101 }, (_, i) => lightnessOf(colourOf(i / 100)));
  const rises = steps.slice(1).map((lightness, i) => lightness - (steps[i] as number));
  expect(Math.min(...rises)).toBeGreaterThan(0.2);
  expect(Math.max(...rises)).toBeLessThan(2);
  expect((steps[100] as number) - (steps[0] as number)).toBeGreaterThan(75);
});

test("colours are told apart where red and green are not", () => {
  // What people without cones for red see of two colours, roughly: blue, and yellow as one.
  const seen = STOPS.map(([red, green, blue]) => [0.11 * red + 0.89 * green, blue] as const);
  const gaps = seen.slice(1).map((one, i) => {
    const before = seen[i] as readonly [number, number];
    return Math.hypot(one[0] - before[0], one[1] - before[1]);
  });
  expect(Math.min(...gaps)).toBeGreaterThan(25);
});

test("shares are of the strongest point; what is below 0 counts for nothing", () => {
  expect([...(sharesOf(Float32Array.of(-4, 1, 2)) ?? [])]).toEqual([0, 0.5, 1]);
});

test("a map without anything above 0 is empty", () => {
  expect(sharesOf(new Float32Array(4))).toBeNull();
  expect(sharesOf(Float32Array.of(-1, -2))).toBeNull();
  expect(sharesOf(Float32Array.of(Infinity, 1))).toBeNull();
});

test("weak points let the picture through, strong ones do not", () => {
  const { rgba } = colouredLayer(Float32Array.of(0, 0.05, 0.5, 1), 2, 2, true);
  expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([0, 0, 255, 255]);
});

test("smoothing keeps an even map even, and the middle of a point where it is", () => {
  const even = blurred(new Float32Array(80 * 80).fill(3), 80, 80);
  expect(Math.max(...even) - Math.min(...even)).toBeLessThan(1e-5);
  const point = new Float32Array(81 * 81);
  point[40 * 81 + 20] = 1;
  const spread = blurred(point, 81, 81);
  expect(spread.indexOf(Math.max(...spread))).toBe(40 * 81 + 20);
  expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
});

test("errors are shares of the range, full red from a quarter on", () => {
  const square = (...values: number[]) => ({
    size: 2,
    values: Float32Array.from(values),
    low: -1,
    high: 1,
  });
  const errors = errorsOf({ image: square(0, 0, 0, 1), reconstruction: square(0, 0.25, 0.5, -1) });
  expect([...(errors ?? [])]).toEqual([0, 0.125, 0.25, 1]);
  const { rgba } = redLayer(errors ?? new Float32Array(), 2);
  expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([
    0,
    Math.round((255 * 0.125) / FULL_RED),
    255,
    255,
  ]);
});

test("a reconstruction of another size is not compared", () => {
  const square = (size: number) => ({ size, values: new Float32Array(size), low: 0, high: 1 });
  expect(errorsOf({ image: square(2), reconstruction: square(3) })).toBeNull();
});
