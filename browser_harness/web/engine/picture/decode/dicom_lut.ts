// Twin: reference/decoding/dicom_display.py.

import type { DataSet } from "dicom-parser";
import { firstItemOf } from "./dicom_elements.js";
import { bytesOf } from "./dicom_values.js";
import { damaged, refusal } from "./refusal.js";

const DESCRIPTOR = "x00283002";
const DATA = "x00283006";

/** A table of numbers of `bits` bits; its first entry belongs to `first` and to all below. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
}

/**
 * The LUT of a sequence's first item, or null where there is none. Throws EngineError.
 *
 * @param least the smallest number that can be looked up: it tells whether `first` is signed where
 *   the file does not say so itself.
 */
export function lutOf(set: DataSet, tag: string, least: number): Lut | null {
  const item = itemIn(set, tag);
  if (!item) return null;
  const descriptor = bytesOf(item, DESCRIPTOR);
  const data = bytesOf(item, DATA);
  if (descriptor?.length !== 6 || !data) throw damaged("a LUT is incomplete");
  const [count, first, bits] = [0, 1, 2].map((i) => item.uint16(DESCRIPTOR, i) ?? 0);
  if (bits! < 8 || bits! > 16) {
    throw refusal(
      `the DICOM image has a LUT of ${bits} bits, 8 to 16 are read`,
      "export it as PNG",
    );
  }
  const { vr } = item.elements[DESCRIPTOR]!;
  const signed = vr === undefined ? least < 0 : vr === "SS";
  return {
    first: signed && first! >= 32768 ? first! - 65536 : first!,
    bits: bits!,
    entries: entriesOf(item, data, count! || 65536, bits!),
  };
}

function itemIn(set: DataSet, tag: string): DataSet | null {
  try {
    return firstItemOf(set, tag);
  } catch {
    throw damaged("a LUT's sequence cannot be read");
  }
}

function entriesOf(item: DataSet, data: Uint8Array, count: number, bits: number): Uint16Array {
  const most = 2 ** bits - 1;
  if (data.length === 2 * count) {
    return Uint16Array.from({ length: count }, (_, i) => Math.min(item.uint16(DATA, i)!, most));
  }
  if (bits === 8 && data.length === count + (count % 2)) {
    return Uint16Array.from(data.subarray(0, count));
  }
  throw damaged("a LUT is not as long as it says");
}
