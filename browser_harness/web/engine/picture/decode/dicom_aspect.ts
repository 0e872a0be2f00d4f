// Twin: reference/decoding/dicom_aspect.py.

import type { DataSet } from "dicom-parser";
import { DECIMAL, stripped, textOf } from "./dicom_values.js";

/** Sides that differ by less are rounded numbers of one length. */
export const NEARLY_SQUARE = 0.01;

/** Pixels that are longer than this many times their breadth are no pixels. */
export const MOST = 100;

/** PixelSpacing, ImagerPixelSpacing, NominalScannedPixelSpacing, PixelAspectRatio. */
const TAGS = ["x00280030", "x00181164", "x00182010", "x00280034"];

/**
 * The height of a pixel over its width; 1 where nothing says that it is not square. The first of
 * TAGS with two numbers above 0 decides.
 */
export function pixelAspectOf(set: DataSet): number {
  for (const tag of TAGS) {
    const aspect = ratioOf(textOf(set, tag));
    if (aspect !== null) return Math.abs(aspect - 1) < NEARLY_SQUARE ? 1 : aspect;
  }
  return 1;
}

function ratioOf(text: string): number | null {
  const parts = text.split("\\").map(stripped);
  if (parts.length !== 2 || !parts.every((part) => DECIMAL.test(part))) return null;
  const [height, width] = parts.map(Number) as [number, number];
  const ratio = width > 0 ? height / width : 0;
  return ratio >= 1 / MOST && ratio <= MOST ? ratio : null;
}
