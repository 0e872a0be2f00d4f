import type { DataSet } from "dicom-parser";
import { damaged } from "./refusal.js";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The decimal strings (DS) of an element; none if it is absent or empty. Throws EngineError. */
export function decimalsOf(set: DataSet, tag: string): number[] {
  const text = set.string(tag)?.trim() ?? "";
  if (text === "") return [];
  return text.split("\\").map((part) => {
    const value = DECIMAL.test(part.trim()) ? Number(part.trim()) : NaN;
    if (!Number.isFinite(value)) throw damaged(`${part.trim()} is no number`);
    return value;
  });
}
