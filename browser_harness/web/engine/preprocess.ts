import { EngineError } from "./errors.js";
import { resample } from "./resample.js";

/** How an image becomes a model's input; the same rule as reference/preprocess.py, to the bit. */
export interface Preprocess {
  /** Side of the square input, pixels. */
  readonly size: number;
  /** Equal copies of the grey image along the channel axis. */
  readonly channels: number;
  /** What black and white become. */
  readonly low: number;
  readonly high: number;
  /** `crop`: short side to `size`, centre cut out; `stretch`: both sides to `size`. */
  readonly fit: "crop" | "stretch";
}

/** A grey image: levels in [0, 1], row by row. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly levels: Float64Array;
}

/** Grey levels of 8-bit RGBA pixels, as a canvas gives them: (R + G + B) / 3 / 255. */
export function greyFromRgba(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const levels = new Float64Array(width * height);
  for (let i = 0, at = 0; i < levels.length; i++, at += 4) {
    const total = (rgba[at] ?? NaN) + (rgba[at + 1] ?? NaN) + (rgba[at + 2] ?? NaN);
    levels[i] = total / 3 / 255;
  }
  return { width, height, levels };
}

/**
 * The model input of a grey image: NCHW float32 of batch 1, within [low, high].
 *
 * Throws EngineError `input-refused` when there are no pixels or a level is outside [0, 1].
 */
export function preprocess(image: Grey, to: Preprocess): Float32Array {
  requireLevels(image);
  const scaled = to.fit === "stretch" ? { width: to.size, height: to.size } : scaledSize(image, to);
  const left = Math.floor((scaled.width - to.size) / 2);
  const top = Math.floor((scaled.height - to.size) / 2);
  const window = { left, top, width: to.size, height: to.size };
  const levels = resample(image.levels, image.width, image.height, scaled, window);
  const plane = Float32Array.from(levels, (level) =>
    Math.min(Math.max(to.low + level * (to.high - to.low), to.low), to.high),
  );
  const input = new Float32Array(to.channels * plane.length);
  for (let channel = 0; channel < to.channels; channel++) {
    input.set(plane, channel * plane.length);
  }
  return input;
}

/** Width and height at which the short side is `size`; the long side is rounded down. */
function scaledSize({ width, height }: Grey, { size }: Preprocess) {
  if (height <= width) {
    return { height: size, width: Math.max(size, Math.floor((size * width) / height)) };
  }
  return { height: Math.max(size, Math.floor((size * height) / width)), width: size };
}

function requireLevels({ width, height, levels }: Grey): void {
  if (levels.length === 0 || levels.length !== width * height) {
    throw new EngineError("input-refused", "the image has no pixels");
  }
  if (!levels.every((level) => level >= 0 && level <= 1)) {
    throw new EngineError("input-refused", "the image has grey levels outside [0, 1]");
  }
}
