import { EngineError } from "../errors.js";
import { MAX_PIXELS, MAX_SIDE, type Picture } from "./picture.js";
import type { GrayRule } from "./definition.js";
import type { GrayRows } from "./resample.js";

/**
 * Gray levels of a picture, upright if `turn`; the same as reference/preprocess/levels.py.
 *
 * Throws EngineError `input-refused` when the picture is not what a decoder returns.
 */
export function grayRows(picture: Picture, rule: GrayRule, turn: boolean): GrayRows {
  requirePicture(picture);
  const { width, height, channels, samples, white } = picture;
  const orientation = turn ? picture.orientation : 1;
  const across = orientation >= 5;
  const upright = across ? { width: height, height: width } : { width, height };
  const flipX = [2, 3, 6, 7].includes(orientation);
  const flipY = [3, 4, 7, 8].includes(orientation);
  // Distances in `samples` from one upright pixel to its right and lower neighbours.
  const right = channels * (across ? width : 1) * (flipX ? -1 : 1);
  const below = channels * (across ? 1 : width) * (flipY ? -1 : 1);
  const origin =
    (flipX ? -right * (upright.width - 1) : 0) + (flipY ? -below * (upright.height - 1) : 0);
  const first = samples instanceof Uint8Array ? byTable(white) : ofFirst;
  const toLevels = channels === 1 || rule === "first" ? first : rule === "luma" ? luma : mean;
  return {
    ...upright,
    read: (y, into) => toLevels(samples, origin + y * below, right, white, into),
  };
}

type Samples = Picture["samples"];

function ofFirst(samples: Samples, at: number, step: number, white: number, into: Float64Array) {
  for (let x = 0; x < into.length; x++, at += step) {
    into[x] = (samples[at] as number) / white;
  }
}

/** The same for 8 bits; looking up is quicker than dividing. */
function byTable(white: number): typeof ofFirst {
  const levels = Float64Array.from({ length: 256 }, (_, value) => value / white);
  return (samples, at, step, _, into) => {
    for (let x = 0; x < into.length; x++, at += step) {
      into[x] = levels[samples[at] as number] as number;
    }
  };
}

function mean(samples: Samples, at: number, step: number, white: number, into: Float64Array) {
  for (let x = 0; x < into.length; x++, at += step) {
    const [red, green] = [samples[at] as number, samples[at + 1] as number];
    into[x] = (red + green + (samples[at + 2] as number)) / 3 / white;
  }
}

function luma(samples: Samples, at: number, step: number, white: number, into: Float64Array) {
  for (let x = 0; x < into.length; x++, at += step) {
    const both = 0.299 * (samples[at] as number) + 0.587 * (samples[at + 1] as number);
    into[x] = (both + 0.114 * (samples[at + 2] as number)) / white;
  }
}

function requirePicture(picture: Picture): void {
  const { width, height, channels, samples, white, orientation } = picture;
  const whole = [width, height, channels].every((n) => Number.isInteger(n) && n > 0);
  if (!whole || samples.length === 0 || samples.length !== width * height * channels) {
    throw refused("it has no pixels, or not as many as it says");
  }
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
    throw refused(`${width} × ${height} pixels are more than this page takes`);
  }
  if (channels !== 1 && channels !== 3) throw refused(`it has ${channels} channels`);
  const deepest = samples instanceof Uint8Array ? 255 : 65535;
  if (!Number.isInteger(white) || white < 1 || white > deepest || hasAbove(samples, white)) {
    throw refused(`it has samples brighter than its white, ${white}`);
  }
  if (!Number.isInteger(orientation) || orientation < 1 || orientation > 8) {
    throw refused(`there is no orientation ${orientation}`);
  }
}

function refused(why: string): EngineError {
  return new EngineError("input-refused", `The image cannot be used: ${why}.`);
}

function hasAbove(samples: Samples, white: number): boolean {
  if (white === (samples instanceof Uint8Array ? 255 : 65535)) return false;
  for (let i = 0; i < samples.length; i++) if ((samples[i] as number) > white) return true;
  return false;
}
