import { corrected } from "./corrections.js";
import type { Preprocess } from "./definition.js";
import { grayRows } from "./gray.js";
import { refusal } from "./decode/refusal.js";
import type { Note, Picture } from "./picture.js";
import { resample, type Size } from "./resample.js";

/**
 * The model input of a picture: NCHW float32 of batch 1, within [low, high].
 *
 * The same as Preprocess.apply in reference/preprocess/definition.py, to the bit. Throws EngineError
 * `input-refused` when the picture is not what a decoder returns, or has a note that is forbidden.
 */
export function preprocess(given: Picture, to: Preprocess): Float32Array<ArrayBuffer> {
  const { size, low, high } = to;
  requireAllowed(given.notes, to.forbid ?? []);
  const turn = to.orientation === "exif";
  const picture = corrected(given, to.corrections ?? [], turn);
  const image = grayRows(picture, to.gray, turn);
  const aspect = aspectOf(picture, turn);
  const scaled =
    to.fit === "stretch" ? { width: size, height: size } : scaledSize(image, size, aspect);
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

function requireAllowed(notes: readonly Note[], forbidden: readonly Note[]): void {
  const note = notes.find((one) => forbidden.includes(one));
  if (note === undefined) return;
  const what = `the release forbids what this image needs (${note})`;
  throw refusal(what, "leave it out, or export it as PNG", "forbidden");
}

/** The height of a pixel over its width once the picture is turned, if it is. */
export function aspectOf({ aspect, orientation }: Picture, turn: boolean): number {
  return turn && orientation >= 5 ? 1 / aspect : aspect;
}

/**
 * Width and height at which the short side is `size`; the long side is rounded down.
 *
 * @param aspect the height of a pixel over its width.
 */
export function scaledSize({ width, height }: Size, size: number, aspect = 1): Size {
  const tall = height * aspect; // in widths of a pixel
  if (tall <= width) {
    return { height: size, width: Math.max(size, Math.floor((size * width) / tall)) };
  }
  return { height: Math.max(size, Math.floor((size * tall) / width)), width: size };
}
