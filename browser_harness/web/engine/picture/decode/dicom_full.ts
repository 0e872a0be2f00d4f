import type { DataSet } from "dicom-parser";
import type { FullDepth } from "../picture.js";
import { possibleValues, rescale } from "./dicom_display.js";
import type { StoredImage } from "./dicom_image.js";
import { lutOf, MODALITY_LUT, VOI_LUT } from "./dicom_lut.js";
import { windowFieldsOf } from "./dicom_window.js";

/** A level for every pattern of the stored bits, and the file's window in these levels. */
export interface FullDisplay extends Omit<FullDepth, "samples"> {
  readonly table: Uint16Array;
}

/**
 * What is displayed before a linear window cuts it, as levels from 0 to `white` that rise with the
 * rescaled values (of MONOCHROME1, fall).
 *
 * Null where the file has no linear window: what is displayed is all there is to see.
 */
export function fullDisplayOf(set: DataSet, image: StoredImage): FullDisplay | null {
  const values = possibleValues(image);
  const window = lutOf(set, VOI_LUT, values) ? null : windowFieldsOf(set);
  if (!window || window.kind === "SIGMOID") return null;
  const x = rescale(set, values) ?? values;
  const white = lutOf(set, MODALITY_LUT, values) ? 65535 : 2 ** image.bits - 1;
  const least = x.reduce((low, value) => Math.min(low, value), Infinity);
  const most = x.reduce((high, value) => Math.max(high, value), -Infinity);
  if (!(most > least)) return null;
  const upright = (value: number) => ((value - least) / (most - least)) * white;
  const level = (value: number) => (image.inverted ? white - upright(value) : upright(value));
  const exact = window.kind === "LINEAR_EXACT";
  const center = exact ? window.center : window.center - 0.5;
  const reach = (exact ? window.width : window.width - 1) / 2;
  const ends = [level(center - reach), level(center + reach)].sort((a, b) => a - b);
  const [low, high] = ends as [number, number];
  const table = Uint16Array.from(x, (value) => Math.round(level(value)));
  return { table, white, window: [low, high > low ? high : low + 1] };
}
