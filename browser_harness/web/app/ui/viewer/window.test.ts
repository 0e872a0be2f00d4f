import { expect, test } from "vitest";
import { dragged, grayTable, levelledOf, windowOf } from "./window.js";

test("levels outside the window are black and white, between them gray rises", () => {
  const table = grayTable({ low: 1000, high: 3000 }, 4095, false);
  expect([table[0], table[1000], table[2000], table[3000], table[4095]]).toEqual([
    0, 0, 128, 255, 255,
  ]);
});

test("inverted, black is white", () => {
  const window = { low: 0, high: 255 };
  const [plain, inverted] = [grayTable(window, 255, false), grayTable(window, 255, true)];
  expect([...inverted]).toEqual([...plain].map((gray) => 255 - gray));
});

test("a window is at least one level wide and its middle is a level of the picture", () => {
  expect(levelledOf(windowOf({ level: -50, width: -3 }, 255))).toEqual({ level: 0, width: 1 });
  expect(levelledOf(windowOf({ level: 900, width: 9000 }, 255))).toEqual({
    level: 255,
    width: 510,
  });
});

test("dragging right adds contrast, dragging up brightens", () => {
  const before = { low: 0, high: 255 };
  expect(levelledOf(dragged(before, 0.2, 0, 255)).width).toBeLessThan(255);
  expect(levelledOf(dragged(before, 0, -0.2, 255)).level).toBeLessThan(127);
});
