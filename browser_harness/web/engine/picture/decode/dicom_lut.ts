// Twin: reference/decoding/dicom_display.py.

import type { DataSet } from "dicom-parser";
import { firstItemOf } from "./dicom_elements.js";
import { bytesOf } from "./dicom_values.js";
import { damaged, refusal } from "./refusal.js";

export const MODALITY_LUT = "x00283000";
export const VOI_LUT = "x00283010";
const DESCRIPTOR = "x00283002";
const DATA = "x00283006";

/** A table of numbers; its first entry belongs to `first` and to all below. */
export interface Lut {
  readonly first: number;
  /** The number that means white, by the descriptor. */
  readonly white: number;
  readonly entries: Uint16Array;
  readonly greatest: number;
  /** Its data or `first` are not what the descriptor says. */
  readonly misread: boolean;
}

/** Whether a table has entries that its descriptor rules out. */
export function exceeds({ greatest, white }: Lut): boolean {
  return greatest > white;
}

/** Whether its entries are of more or fewer bits than the descriptor says. */
export function misfits(lut: Lut): boolean {
  return exceeds(lut) || lut.greatest < (lut.white + 1) / 2;
}

/**
 * The LUT of a sequence's first item, or null where there is none. Throws EngineError.
 *
 * @param lookedUp all numbers that can be: if one is negative, or none reaches it, `first` is
 *   signed.
 */
export function lutOf(set: DataSet, tag: string, lookedUp: Float64Array): Lut | null {
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
  const signed = vr === "SS" || leastOf(lookedUp) < 0 || greatestOf(lookedUp) < first!;
  const negative = first! >= 32768 && signed;
  const entries = entriesOf(item, data, count! || 65536);
  const packed = data.length !== 2 * entries.length;
  return {
    first: negative ? first! - 65536 : first!,
    white: 2 ** bits! - 1,
    entries,
    greatest: entries.reduce((high, entry) => Math.max(high, entry), 0),
    misread: (negative && vr !== undefined && vr !== "SS") || (packed && bits! > 8),
  };
}

function itemIn(set: DataSet, tag: string): DataSet | null {
  try {
    return firstItemOf(set, tag);
  } catch {
    throw damaged("a LUT's sequence cannot be read");
  }
}

function entriesOf(item: DataSet, data: Uint8Array, count: number): Uint16Array {
  if (data.length === 2 * count) {
    return Uint16Array.from({ length: count }, (_, i) => item.uint16(DATA, i)!);
  }
  if (data.length === count + (count % 2)) {
    return Uint16Array.from(data.subarray(0, count));
  }
  throw damaged("a LUT is not as long as it says");
}

export function leastOf(x: Float64Array): number {
  return x.reduce((low, value) => Math.min(low, value), Infinity);
}

export function greatestOf(x: Float64Array): number {
  return x.reduce((high, value) => Math.max(high, value), -Infinity);
}
