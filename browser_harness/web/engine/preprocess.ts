import { EngineError } from "./errors.js";

/** How an image becomes a model's input. */
export interface Preprocess {
  /** Side of the square input, pixels. */
  readonly size: number;
  /** Equal copies of the grey image along the channel axis. */
  readonly channels: number;
  /** Values that 0 and `maxval` map to. */
  readonly low: number;
  readonly high: number;
  /** `crop`: short side to `size`, centre crop; `stretch`: both sides to `size`. */
  readonly fit: "crop" | "stretch";
}

/** A grey image: rows top to bottom, values 0..maxval. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly maxval: number;
  readonly values: Float32Array;
}

/** Mean of red, green and blue of 8-bit RGBA pixels (as a canvas gives them). */
export function greyFromRgba(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const values = new Float32Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    values[i] = ((rgba[at] ?? NaN) + (rgba[at + 1] ?? NaN) + (rgba[at + 2] ?? NaN)) / 3;
  }
  return { width, height, maxval: 255, values };
}

/** The model input of a grey image: NCHW float32, batch 1. Throws `input-refused` when empty. */
export function preprocess(image: Grey, to: Preprocess): Float32Array {
  if (image.values.length !== image.width * image.height || image.values.length === 0) {
    throw new EngineError("input-refused", "the image has no pixels");
  }
  const { width, height } = scaledSize(image.width, image.height, to);
  const scaled = resize(image.values, image.width, image.height, width, height);
  const left = (width - to.size) >> 1;
  const top = (height - to.size) >> 1;
  const plane = new Float32Array(to.size * to.size);
  for (let y = 0, i = 0; y < to.size; y++) {
    for (let x = 0; x < to.size; x++, i++) {
      const value = scaled[(y + top) * width + x + left] ?? NaN;
      plane[i] = to.low + (value / image.maxval) * (to.high - to.low);
    }
  }
  const input = new Float32Array(to.channels * plane.length);
  for (let channel = 0; channel < to.channels; channel++) {
    input.set(plane, channel * plane.length);
  }
  return input;
}

/** Size after scaling, before the crop. */
function scaledSize(width: number, height: number, to: Preprocess) {
  if (to.fit === "stretch") return { width: to.size, height: to.size };
  const short = Math.min(width, height);
  const long = Math.max(to.size, Math.floor((to.size * Math.max(width, height)) / short));
  return width <= height ? { width: to.size, height: long } : { width: long, height: to.size };
}

/** Antialiased triangle filter: horizontally, then vertically; sums in float64. */
function resize(
  values: Float32Array,
  width: number,
  height: number,
  newWidth: number,
  newHeight: number,
): Float32Array {
  const wide = new Float32Array(newWidth * height);
  for (const [x, { first, weights }] of taps(width, newWidth).entries()) {
    for (let y = 0; y < height; y++) {
      wide[y * newWidth + x] = weightedSum(values, y * width + first, 1, weights);
    }
  }
  const out = new Float32Array(newWidth * newHeight);
  for (const [y, { first, weights }] of taps(height, newHeight).entries()) {
    for (let x = 0; x < newWidth; x++) {
      out[y * newWidth + x] = weightedSum(wide, first * newWidth + x, newWidth, weights);
    }
  }
  return out;
}

interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** For each output position, the first input position and the normalised triangle weights. */
function taps(from: number, to: number): Taps[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = new Float64Array(end - first);
    let sum = 0;
    for (let k = 0; k < weights.length; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support));
      weights[k] = weight;
      sum += weight;
    }
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function weightedSum(
  values: Float32Array,
  start: number,
  stride: number,
  weights: Float64Array,
): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += (values[start + k * stride] ?? NaN) * (weights[k] ?? NaN);
  }
  return sum;
}
