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

/**
 * Scales a grey image with an antialiased triangle filter, columns first, then rows.
 *
 * Defined operation by operation in reference/resample.py; JavaScript's numbers are float64 too, so
 * both give the same bits. Only `window` of the scaled image is computed.
 */
export function resample(
  values: Float64Array,
  width: number,
  height: number,
  scaled: Size,
  window: Window,
): Float64Array {
  const across = taps(width, scaled.width, window.left, window.width);
  const narrow = new Float64Array(height * window.width);
  for (const [x, tap] of across.entries()) {
    for (let y = 0; y < height; y++) {
      narrow[y * window.width + x] = weightedSum(values, y * width, 1, tap);
    }
  }
  const down = taps(height, scaled.height, window.top, window.height);
  const out = new Float64Array(window.height * window.width);
  for (const [y, tap] of down.entries()) {
    for (let x = 0; x < window.width; x++) {
      out[y * window.width + x] = weightedSum(narrow, x, window.width, tap);
    }
  }
  return out;
}

/** First input position of an output pixel, and the weights from there on. */
interface Tap {
  readonly first: number;
  readonly weights: Float64Array;
}

function taps(length: number, scaled: number, offset: number, count: number): Tap[] {
  const scale = length / scaled;
  const support = Math.max(1, scale);
  return Array.from({ length: count }, (_, index) => {
    const centre = (index + offset + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const last = Math.min(length, Math.floor(centre + support + 0.5));
    const weights = new Float64Array(last - first);
    let total = 0;
    for (let k = 0; k < weights.length; k++) {
      const weight = Math.max(0, 1 - Math.abs((first + k - centre + 0.5) / support));
      weights[k] = weight;
      total += weight;
    }
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

function weightedSum(values: Float64Array, start: number, stride: number, tap: Tap): number {
  let sum = 0;
  for (let k = 0; k < tap.weights.length; k++) {
    sum += (tap.weights[k] ?? NaN) * (values[start + (tap.first + k) * stride] ?? NaN);
  }
  return sum;
}
