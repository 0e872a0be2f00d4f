import type { DataSet } from "dicom-parser";
import { windowOf, type Shown } from "./dicom_window.js";
import type { StoredImage } from "./dicom_image.js";
import { lutOf, type Lut } from "./dicom_lut.js";
import { decimalsOf } from "./dicom_numbers.js";
import { damaged } from "./refusal.js";

/** What is displayed: a sample for every number that the stored bits can hold, and white. */
export interface Display {
  readonly table: Uint8Array | Uint16Array;
  readonly white: number;
}

/**
 * How stored values become samples, as a table over all of them; in float64, in the order of
 * reference/decoding, so that both sides round alike:
 *
 *     x      = slope * v + intercept, or the modality LUT's entry
 *     y      = the VOI LUT's entry, else the window's, else (x - least) / (most - least)
 *     sample = floor(y * 65535 + 0.5), of MONOCHROME1 65535 - that
 *
 * Without any of these the stored values themselves, from 0 to 2 ** bits - 1, are the samples.
 */
export function displayOf(set: DataSet, image: StoredImage): Display {
  const values = possibleValues(image);
  const rescaled = rescale(set, values);
  const shown = voiOf(set, rescaled ?? values);
  if (!rescaled && !shown) return identity(image, values);
  const x = rescaled ?? values;
  const y = shown ?? fullRange(x);
  const table = Uint16Array.from(values, (_, i) => {
    const sample = Math.floor(y(x[i]!) * 65535 + 0.5);
    return image.inverted ? 65535 - sample : sample;
  });
  return { table, white: 65535 };
}

/** The value of every pattern of the stored bits. */
function possibleValues({ bits, signed }: StoredImage): Float64Array {
  const count = 2 ** bits;
  const value = (pattern: number) => (signed && pattern >= count / 2 ? pattern - count : pattern);
  return Float64Array.from({ length: count }, (_, pattern) => value(pattern));
}

function identity({ bits, inverted, allocated }: StoredImage, values: Float64Array): Display {
  const white = 2 ** bits - 1;
  const least = values.reduce((low, value) => Math.min(low, value), 0);
  const samples = values.map((value) => (inverted ? white - (value - least) : value - least));
  const table = allocated === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples);
  return { table, white };
}

/** Null when the values mean themselves. */
function rescale(set: DataSet, values: Float64Array): Float64Array | null {
  const lut = lutOf(set, "x00283000");
  if (lut) return values.map((value) => entryOf(lut, value));
  const [slope = 1] = decimalsOf(set, "x00281053");
  const [intercept = 0] = decimalsOf(set, "x00281052");
  if (slope === 1 && intercept === 0) return null;
  if (slope === 0) throw damaged("RescaleSlope is 0");
  return values.map((value) => slope * value + intercept);
}

function voiOf(set: DataSet, _x: Float64Array): Shown | null {
  const lut = lutOf(set, "x00283010");
  if (lut) return (x) => entryOf(lut, Math.floor(x)) / (2 ** lut.bits - 1);
  return windowOf(set);
}

function entryOf({ first, entries }: Lut, x: number): number {
  return entries[Math.min(Math.max(x - first, 0), entries.length - 1)]!;
}

function fullRange(x: Float64Array): Shown {
  const least = x.reduce((low, value) => Math.min(low, value), Infinity);
  const most = x.reduce((high, value) => Math.max(high, value), -Infinity);
  if (!(most > least)) throw damaged("all its values would look the same");
  return (value) => (value - least) / (most - least);
}
