import type { Preprocess } from "./definition.js";
import { grayRows } from "./gray.js";
import type { Picture } from "./picture.js";
import { resample, type Size } from "./resample.js";

/**
 * The model input of a picture: NCHW float32 of batch 1, within [low, high].
 *
 * The same as Preprocess.apply in reference/preprocess/definition.py, to the bit. Throws EngineError
 * `input-refused` when the picture is not what a decoder returns.
 */
export function preprocess(picture: Picture, to: Preprocess): Float32Array<ArrayBuffer> {
  const { size, low, high } = to;
  const image = grayRows(picture, to.gray, to.orientation === "exif");
  const scaled = to.fit === "stretch" ? { width: size, height: size } : scaledSize(image, size);
  const left = Math.floor((scaled.width - size) / 2);
  const top = Math.floor((scaled.height - size) / 2);
  const levels = resample(image, scaled, { left, top, width: size, height: size }, to.resampler);
  const input = new Float32Array(to.channels * levels.length);
  const span = high - low;
  for (let i = 0; i < levels.length; i++) {
    const value = low + (levels[i] as number) * span;
    input[i] = value < low ? low : value > high ? high : value;
  }
  for (let channel = 1; channel < to.channels; channel++) {
    input.copyWithin(channel * levels.length, 0, levels.length);
  }
  return input;
}

/** Width and height at which the short side is `size`; the long side is rounded down. */
export function scaledSize({ width, height }: Size, size: number): Size {
  if (height <= width) {
    return { height: size, width: Math.max(size, Math.floor((size * width) / height)) };
  }
  return { height: Math.max(size, Math.floor((size * height) / width)), width: size };
}
