import type { Size, View } from "./geometry.js";
import type { Plane } from "../../../engine/picture/pyramid.js";

/** From here on every pixel of the picture is drawn as a square. */
const SQUARES_FROM = 4;

/** Where along one axis the stage's pixels read: two neighbours and the second one's share. */
interface Reading {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
  /** The first and the last + 1 of the stage's pixels that lie on the picture. */
  readonly from: number;
  readonly to: number;
}

/**
 * Draws the picture's part in view, interpolated between levels, as gray; the rest is transparent.
 *
 * @param gray the gray of every level.
 * @param target RGBA of the stage, 4 bytes a pixel as 32-bit words (little-endian).
 */
export function renderGray(
  planes: readonly Plane[],
  view: View,
  gray: Uint8Array,
  stage: Size,
  target: Uint32Array,
): void {
  const fits = Math.floor(Math.log2(1 / view.scale) + 1e-9);
  const plane = planes[Math.min(planes.length - 1, Math.max(0, fits))];
  const whole = planes[0];
  if (!plane || !whole) return;
  const squares = view.scale >= SQUARES_FROM;
  const columns = readingOf(view.x, view.scale, stage.width, whole.width, plane.width, squares);
  const rows = readingOf(view.y, view.scale, stage.height, whole.height, plane.height, squares);
  target.fill(0);
  for (let y = rows.from; y < rows.to; y++) {
    drawRow(plane, rows, y, columns, gray, target, y * stage.width);
  }
}

function drawRow(
  { levels, width }: Plane,
  rows: Reading,
  y: number,
  columns: Reading,
  gray: Uint8Array,
  target: Uint32Array,
  start: number,
): void {
  const above = (rows.first[y] as number) * width;
  const below = (rows.second[y] as number) * width;
  const down = rows.share[y] as number;
  for (let x = columns.from; x < columns.to; x++) {
    const left = columns.first[x] as number;
    const right = columns.second[x] as number;
    const across = columns.share[x] as number;
    const a = levels[above + left] as number;
    const b = levels[above + right] as number;
    const c = levels[below + left] as number;
    const d = levels[below + right] as number;
    const top = a + (b - a) * across;
    const level = top + (c + (d - c) * across - top) * down;
    target[start + x] = 0xff000000 | ((gray[(level + 0.5) | 0] as number) * 0x010101);
  }
}

/** How the stage's pixels along one axis read a plane. */
function readingOf(
  middle: number,
  scale: number,
  length: number,
  picture: number,
  plane: number,
  squares: boolean,
): Reading {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const share = new Float32Array(length);
  let [from, to] = [length, 0];
  for (let i = 0; i < length; i++) {
    const at = middle + (i + 0.5 - length / 2) / scale;
    if (at < 0 || at >= picture) continue;
    from = Math.min(from, i);
    to = i + 1;
    const inPlane = (at / picture) * plane;
    const place = squares ? Math.floor(inPlane) : Math.max(0, inPlane - 0.5);
    const low = Math.min(plane - 1, Math.floor(place));
    first[i] = low;
    second[i] = Math.min(plane - 1, low + 1);
    share[i] = place - low > 0 ? Math.min(1, place - low) : 0;
  }
  return { first, second, share, from, to };
}
