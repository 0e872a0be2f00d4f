import type { Rebuilt } from "../../host/seen.js";
import { colourOf } from "./colours.js";

/** A map over a region of the picture, row by row. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity, 0 to 255 each. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Drawn in squares, or interpolated. */
  readonly smooth: boolean;
}

/** The share of the range from black to white from which on an error is full red. */
export const FULL_RED = 0.25;

/** Below this share of the strongest point a map is clear, from there on less and less. */
const CLEAR_BELOW = 0.06;
const RED: readonly [number, number, number] = [230, 25, 40];

/** Shares of the strongest point, nothing below 0; null where no point is above 0. */
export function sharesOf(values: Float32Array): Float32Array | null {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  if (!(most > 0) || !Number.isFinite(most)) return null;
  return values.map((value) => Math.max(0, value) / most);
}

/** A map in colours; weak points let the picture through. */
export function colouredLayer(
  shares: Float32Array,
  width: number,
  height: number,
  smooth: boolean,
): Layer {
  const rgba = new Uint8ClampedArray(4 * shares.length);
  shares.forEach((share, i) => {
    const opacity = Math.min(1, Math.max(0, (share - CLEAR_BELOW) / 0.3));
    rgba.set(colourOf(share), 4 * i);
    rgba[4 * i + 3] = 255 * opacity;
  });
  return { width, height, rgba, smooth };
}

/** A saliency map's wide-spread points gathered: a Gaussian of a fortieth of the side. */
export function blurred(values: Float32Array, width: number, height: number): Float32Array {
  const sigma = Math.max(width, height) / 40;
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const along = (
    from: Float32Array,
    step: number,
    length: number,
    other: number,
    stride: number,
  ) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < other; line++) {
      for (let place = 0; place < length; place++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const near = Math.min(length - 1, Math.max(0, place + k));
          sum += (kernel[k + radius] as number) * (from[line * stride + near * step] as number);
        }
        to[line * stride + place * step] = sum / total;
      }
    }
    return to;
  };
  return along(along(values, 1, width, height, width), width, height, width, 1);
}

/** Differences as shares of the range from black to white; null where the sizes differ. */
export function errorsOf({ image, reconstruction }: Rebuilt): Float32Array | null {
  if (image.size !== reconstruction.size) return null;
  const range = image.high - image.low;
  return Float32Array.from(image.values, (value, i) => {
    return Math.abs(value - (reconstruction.values[i] ?? NaN)) / range;
  });
}

/** Errors in red: the larger, the less of the picture is seen. */
export function redLayer(errors: Float32Array, size: number): Layer {
  const rgba = new Uint8ClampedArray(4 * errors.length);
  errors.forEach((error, i) => {
    rgba.set(RED, 4 * i);
    rgba[4 * i + 3] = 255 * Math.min(1, error / FULL_RED);
  });
  return { width: size, height: size, rgba, smooth: false };
}
