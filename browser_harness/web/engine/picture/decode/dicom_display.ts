// Twin: reference/decoding/dicom_display.py.

import type { DataSet } from "dicom-parser";
import { windowOf, type Shown } from "./dicom_window.js";
import type { StoredImage } from "./dicom_image.js";
import {
  exceeds,
  greatestOf,
  leastOf,
  lutOf,
  misfits,
  MODALITY_LUT,
  VOI_LUT,
  type Lut,
} from "./dicom_lut.js";
import { numberOf } from "./dicom_values.js";
import { damaged } from "./refusal.js";

/** What is displayed: a sample for every number that the stored bits can hold, and white. */
export interface Display {
  readonly table: Uint8Array | Uint16Array;
  readonly white: number;
  /** The descriptor of a LUT does not fit its table, whose actual entries were taken. */
  readonly corrected: boolean;
}

/**
 * How stored values become samples, as a table over all of them; in float64, in the order of
 * reference/decoding, so that both sides round alike:
 *
 *     x      = slope * v + intercept, or the modality LUT's entry
 *     y      = the VOI LUT's entry, else the window's, else (x - least) / (most - least)
 *     sample = floor(y * 65535 + 0.5), of an inverted image 65535 - that
 *
 * Without any of these the stored values themselves, from 0 to 2 ** bits - 1, are the samples.
 */
export function displayOf(set: DataSet, image: StoredImage): Display {
  const values = possibleValues(image);
  const modality = lutOf(set, MODALITY_LUT, values);
  const rescaled = rescale(set, values);
  const x = rescaled ?? values;
  const voi = lutOf(set, VOI_LUT, x);
  const shown = voi ? lookedUp(voi) : windowOf(set);
  if (!rescaled && !shown) return identity(image, values);
  const y = shown ?? fullRange(x);
  const table = Uint16Array.from(values, (_, i) => {
    const sample = Math.floor(y(x[i]!) * 65535 + 0.5);
    return image.inverted ? 65535 - sample : sample;
  });
  if (table.every((sample) => sample === table[0])) {
    throw damaged("all its values would look the same");
  }
  const odd = [
    modality && (modality.misread || exceeds(modality)),
    voi && (voi.misread || misfits(voi)),
  ];
  return { table, white: 65535, corrected: odd.some(Boolean) };
}

/** The value of every pattern of the stored bits. */
export function possibleValues({ bits, signed }: StoredImage): Float64Array {
  const count = 2 ** bits;
  const value = (pattern: number) => (signed && pattern >= count / 2 ? pattern - count : pattern);
  return Float64Array.from({ length: count }, (_, pattern) => value(pattern));
}

function identity({ bits, inverted, allocated }: StoredImage, values: Float64Array): Display {
  const white = 2 ** bits - 1;
  const least = leastOf(values);
  const samples = values.map((value) => (inverted ? white - (value - least) : value - least));
  const table = allocated === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples);
  return { table, white, corrected: false };
}

/** Null when the values mean themselves. */
export function rescale(set: DataSet, values: Float64Array): Float64Array | null {
  const lut = lutOf(set, MODALITY_LUT, values);
  if (lut) return values.map((value) => entryOf(lut, value));
  const slope = numberOf(set, "x00281053", "RescaleSlope") ?? 1;
  const intercept = numberOf(set, "x00281052", "RescaleIntercept") ?? 0;
  if (slope === 0) throw damaged("RescaleSlope is 0");
  if (slope === 1 && intercept === 0) return null;
  const rescaled = values.map((value) => slope * value + intercept);
  if (!rescaled.every(Number.isFinite)) throw damaged("its rescaled values are no numbers");
  return rescaled;
}

function lookedUp(lut: Lut): Shown {
  if (lut.greatest === 0) throw damaged("all its values would look the same");
  const most = misfits(lut) ? lut.greatest : lut.white;
  return (value) => entryOf(lut, Math.floor(value)) / most;
}

function entryOf({ first, entries }: Lut, x: number): number {
  return entries[Math.min(Math.max(x - first, 0), entries.length - 1)]!;
}

function fullRange(x: Float64Array): Shown {
  const least = leastOf(x);
  const most = greatestOf(x);
  if (!(most > least)) throw damaged("all its values would look the same");
  return (value) => (value - least) / (most - least);
}
