import type { DataSet } from "dicom-parser";
import { damaged, refusal } from "./refusal.js";

/** A table of numbers of `bits` bits; its first entry belongs to `first` and to all below. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** The first item of a LUT sequence, or null where there is none. Throws EngineError. */
export function lutOf(set: DataSet, tag: string): Lut | null {
  const element = set.elements[tag];
  const item = element?.items?.[0]?.dataSet;
  if (!item) {
    if (element && element.length > 0 && !element.items?.length)
      throw damaged("a LUT is no sequence");
    return null;
  }
  const descriptor = item.elements["x00283002"];
  const data = item.elements["x00283006"];
  if (!descriptor || descriptor.length !== 6 || !data) throw damaged("a LUT is incomplete");
  const count = item.uint16("x00283002", 0)! || 65536;
  const raw = item.uint16("x00283002", 1)!;
  const bits = item.uint16("x00283002", 2)!;
  if (bits < 8 || bits > 16) throw refusal(`a LUT of ${bits} bits is not read`, "export it as PNG");
  const first = raw;
  const entries = new Uint16Array(count);
  if (data.length === count * 2) {
    for (let i = 0; i < count; i++) entries[i] = item.uint16("x00283006", i)!;
  } else if (bits === 8 && data.length === count + (count % 2)) {
    entries.set(item.byteArray.subarray(data.dataOffset, data.dataOffset + count));
  } else {
    throw damaged("a LUT is not as long as it says");
  }
  return { first, bits, entries };
}
