// Twin: reference/decoding/jpeg_twelve.py.

import { BLOCK } from "./jpeg_codes.js";

/**
 * The inverse cosine transform of eight numbers (ISO/IEC 10918-1, A.3.3) in units of 2 ** -13.
 *
 * A row is a frequency, a column a place of the first four; the others mirror them, with the odd
 * frequencies negative. Each number is a sum of libjpeg-turbo's accurate transform's twelve rounded
 * constants, whose order of operations does not matter, since whole numbers are added.
 */
const WAVES: readonly (readonly number[])[] = [
  [8192, 8192, 8192, 8192],
  [11363, 9633, 6437, 2260],
  [10703, 4433, -4433, -10703],
  [9633, -2259, -11362, -6436],
  [8192, -8192, -8192, 8192],
  [6437, -11362, 2261, 9633],
  [4433, -10704, 10704, -4433],
  [2260, -6436, 9633, -11363],
];

/** What the first pass, over columns, and the second, over rows, are divided by: it keeps a bit. */
const [FIRST, SECOND] = [2 ** 12, 2 ** 17];
/** Samples wrap around at this many values, then are clipped: so does libjpeg-turbo. */
const WRAP = 2 ** 14;
const [MIDDLE, WHITE] = [2 ** 11, 2 ** 12 - 1];

const between = new Float64Array(BLOCK);
const sums = new Float64Array(8);

/** Turns 8x8 coefficients, each times its step, into samples of 12 bits. */
export function inverseTransform(
  coefficients: Int16Array,
  steps: Uint16Array,
  samples: Uint16Array,
): void {
  for (let x = 0; x < 8; x++) {
    sums.fill(0);
    for (let y = 0; y < 8; y++) {
      const place = 8 * y + x;
      add(coefficients[place]! * steps[place]!, y);
    }
    for (let y = 0; y < 8; y++) between[8 * y + x] = Math.floor((sums[y]! + FIRST / 2) / FIRST);
  }
  for (let row = 0; row < BLOCK; row += 8) {
    sums.fill(0);
    for (let x = 0; x < 8; x++) add(between[row + x]!, x);
    for (let x = 0; x < 8; x++) {
      samples[row + x] = sampleOf(Math.floor((sums[x]! + SECOND / 2) / SECOND));
    }
  }
}

/** Adds a frequency's part to the sums of its eight places. */
function add(value: number, frequency: number): void {
  if (value === 0) return;
  const wave = WAVES[frequency]!;
  const mirrored = frequency % 2 === 0 ? value : -value;
  for (let i = 0; i < 4; i++) {
    sums[i]! += wave[i]! * value;
    sums[7 - i]! += wave[i]! * mirrored;
  }
}

function sampleOf(value: number): number {
  const around = value - WRAP * Math.floor((value + WRAP / 2) / WRAP);
  return Math.min(Math.max(around + MIDDLE, 0), WHITE);
}
