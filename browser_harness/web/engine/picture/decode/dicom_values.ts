import type { DataSet } from "dicom-parser";
import { damaged } from "./refusal.js";

/** A decimal number without spaces around it. */
export const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The bytes of an element; null if it is absent or a sequence. */
export function bytesOf(set: DataSet, tag: string): Uint8Array | null {
  const element = set.elements[tag];
  if (!element || element.items) return null;
  return set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
}

/** An unsigned short; null if the element is absent or not two bytes long. */
export function integerOf(set: DataSet, tag: string): number | null {
  return bytesOf(set, tag)?.length === 2 ? (set.uint16(tag) ?? null) : null;
}

/** The text of an element without spaces and NULs around it; empty if it is absent. */
export function textOf(set: DataSet, tag: string): string {
  const bytes = bytesOf(set, tag) ?? new Uint8Array();
  return stripped(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The first of an element's decimal numbers; null if it is absent or empty. Throws EngineError. */
export function numberOf(set: DataSet, tag: string, name: string): number | null {
  const text = textOf(set, tag);
  if (text === "") return null;
  const [first] = text.split("\\").map((part) => {
    const value = DECIMAL.test(stripped(part)) ? Number(stripped(part)) : NaN;
    if (!Number.isFinite(value)) throw damaged(`its ${name} is no number`);
    return value;
  });
  return first ?? null;
}

/** Text without spaces and NULs around it. */
export function stripped(text: string): string {
  return text.replace(/^[ \0]+|[ \0]+$/g, "");
}
