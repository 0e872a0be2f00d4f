import { expect, test } from "vitest";
import { fitted } from "./geometry.js";
import { pyramidOf } from "../../../engine/picture/pyramid.js";
import { renderGray } from "./render.js";

const GRAY = Uint8Array.from({ length: 256 }, (_, level) => level);

function drawn(
  planes: ReturnType<typeof pyramidOf>,
  view: ReturnType<typeof fitted>,
  side: number,
) {
  const target = new Uint32Array(side * side);
  renderGray(planes, view, GRAY, { width: side, height: side }, target);
  return target;
}

test("at one pixel for one pixel the picture is drawn as it is", () => {
  const levels = Uint8Array.from({ length: 64 }, (_, i) => i * 4);
  const picture = { width: 8, height: 8, levels };
  const target = drawn(pyramidOf(picture), fitted(picture, { width: 8, height: 8 }), 8);
  expect([...target].map((pixel) => pixel & 255)).toEqual([...levels]);
});

test("what is not picture is transparent", () => {
  const picture = { width: 8, height: 4, levels: new Uint8Array(32).fill(200) };
  const target = drawn(pyramidOf(picture), fitted(picture, { width: 8, height: 8 }), 8);
  expect(target[0]).toBe(0);
  expect((target[3 * 8] as number) >>> 24).toBe(255);
});

test("a large picture is drawn small from means, so that a pattern of single pixels is gray", () => {
  const side = 1024;
  const levels = Uint8Array.from({ length: side * side }, (_, i) => ((i ^ (i >> 10)) & 1) * 255);
  const picture = { width: side, height: side, levels };
  const target = drawn(pyramidOf(picture), fitted(picture, { width: 128, height: 128 }), 128);
  expect(new Set([...target].map((pixel) => pixel & 255))).toEqual(new Set([128]));
});

test("near by, every pixel of the picture is a square of one gray", () => {
  const picture = { width: 2, height: 1, levels: Uint8Array.of(10, 240) };
  const target = drawn(pyramidOf(picture), fitted(picture, { width: 16, height: 16 }), 16);
  const row = [...target.slice(8 * 16, 9 * 16)].map((pixel) => pixel & 255);
  expect(row).toEqual([...Array(8).fill(10), ...Array(8).fill(240)]);
});

test("all levels of a deep picture reach the window", () => {
  const levels = Uint16Array.of(0, 1000, 40000, 65535);
  const gray = Uint8Array.from({ length: 65536 }, (_, level) => (level >= 40000 ? 255 : 0));
  const target = new Uint32Array(4);
  const picture = { width: 2, height: 2, levels };
  const stage = { width: 2, height: 2 };
  renderGray(pyramidOf(picture), fitted(picture, stage), gray, stage, target);
  expect([...target].map((pixel) => pixel & 255)).toEqual([0, 0, 255, 255]);
});

test("each half of a picture is its means, down to a small one", () => {
  const planes = pyramidOf({
    width: 1025,
    height: 700,
    levels: new Uint16Array(1025 * 700).fill(9),
  });
  expect(planes.map(({ width, height }) => [width, height])).toEqual([
    [1025, 700],
    [512, 350],
    [256, 175],
  ]);
  expect(new Set(planes[2]?.levels)).toEqual(new Set([9]));
});
