// Twin: reference/decoding/density.py.

import { PLAIN, type Picture } from "../picture.js";
import { MOST, NEARLY_SQUARE } from "./dicom_aspect.js";

/** What is to be said of a file by its densities: of uneven ones, that pixels are taken as square. */
export function densityNotes(uneven: boolean): Pick<Picture, "aspect" | "notes"> {
  return uneven ? { ...PLAIN, notes: ["pixel-density"] } : PLAIN;
}

/** Whether the data of a pHYs chunk give other densities across than down. */
export function isUnevenPng(chunk: Uint8Array): boolean {
  if (chunk.length !== 9) return false;
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return isUneven(view.getUint32(0), view.getUint32(4));
}

/** Whether an APP0 segment of JFIF gives other densities across than down. */
export function isUnevenJpeg(segment: Uint8Array): boolean {
  const known = segment.length >= 12 && String.fromCharCode(...segment.subarray(0, 5)) === "JFIF\0";
  if (!known) return false;
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  return isUneven(view.getUint16(8), view.getUint16(10));
}

function isUneven(across: number, down: number): boolean {
  const ratio = down ? across / down : 0;
  return Math.abs(ratio - 1) >= NEARLY_SQUARE && ratio >= 1 / MOST && ratio <= MOST;
}
