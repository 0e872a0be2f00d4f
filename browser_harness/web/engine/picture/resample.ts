import { RADIUS, weightAt, type Resampler } from "./filters.js";

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of the scaled image, pixels. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** A gray image whose levels are made row by row, so that a large one is never held in float64. */
export interface GrayRows extends Size {
  /** Writes the levels of row `y` into `into`, which has `width` elements. */
  read(y: number, into: Float64Array): void;
}

/**
 * Scales a gray image, columns first, then rows.
 *
 * Defined operation by operation in reference/preprocess/resample.py; JavaScript's numbers are float64 too, so
 * both give the same bits. Only `window` of the scaled image is computed, and every row of the
 * image is read once at most: it is added to the output rows that it belongs to, in rising order.
 */
export function resample(
  image: GrayRows,
  scaled: Size,
  window: Window,
  resampler: Resampler,
): Float64Array {
  const across = taps(image.width, scaled.width, window.left, window.width, resampler);
  const down = taps(image.height, scaled.height, window.top, window.height, resampler);
  const levels = new Float64Array(image.width);
  const narrow = new Float64Array(window.width);
  const out = new Float64Array(window.height * window.width);
  const end = down.last[window.height - 1] as number;
  let begun = 0;
  let finished = 0;
  for (let y = down.first[0] as number; y < end; y++) {
    while ((down.last[finished] as number) <= y) finished++;
    while (begun < window.height && (down.first[begun] as number) <= y) begun++;
    image.read(y, levels);
    scaleRow(levels, across, narrow);
    for (let row = finished; row < begun; row++) {
      const tap = row * down.most + y - (down.first[row] as number);
      addRow(out, row * narrow.length, narrow, down.weights[tap] as number);
    }
  }
  return out;
}

/** Which input positions make each output pixel of an axis, and with which weights. */
interface Taps {
  /** First input position of each output pixel; rising. */
  readonly first: Int32Array;
  /** The position after its last; rising. */
  readonly last: Int32Array;
  /** `most` weights for each output pixel, of which the first `last - first` count. */
  readonly weights: Float64Array;
  readonly most: number;
}

function taps(
  length: number,
  scaled: number,
  offset: number,
  count: number,
  resampler: Resampler,
): Taps {
  const scale = length / scaled;
  const wide = Math.max(1, scale);
  const reach = RADIUS[resampler] * wide;
  const most = Math.min(length, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  const weights = new Float64Array(count * most);
  for (let i = 0; i < count; i++) {
    const center = (i + offset + 0.5) * scale;
    const from = Math.max(0, Math.floor(center - reach + 0.5));
    const to = Math.min(length, Math.floor(center + reach + 0.5));
    let total = 0;
    for (let k = from; k < to; k++) {
      const weight = weightAt(resampler, (k - center + 0.5) / wide);
      weights[i * most + k - from] = weight;
      total += weight;
    }
    for (let k = 0; k < to - from; k++) {
      weights[i * most + k] = (weights[i * most + k] as number) / total;
    }
    first[i] = from;
    last[i] = to;
  }
  return { first, last, weights, most };
}

function scaleRow(levels: Float64Array, { first, last, weights, most }: Taps, out: Float64Array) {
  for (let x = 0; x < out.length; x++) {
    const to = last[x] as number;
    let sum = 0;
    for (let at = first[x] as number, tap = x * most; at < to; at++, tap++) {
      sum += (weights[tap] as number) * (levels[at] as number);
    }
    out[x] = sum;
  }
}

function addRow(out: Float64Array, start: number, row: Float64Array, weight: number): void {
  for (let x = 0; x < row.length; x++) {
    out[start + x] = (out[start + x] as number) + weight * (row[x] as number);
  }
}
