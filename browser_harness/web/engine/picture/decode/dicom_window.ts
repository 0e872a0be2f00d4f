// Twin: reference/decoding/dicom_display.py.

import type { DataSet } from "dicom-parser";
import { numberOf, textOf } from "./dicom_values.js";
import { damaged, refusal } from "./refusal.js";

/** From a rescaled value to what is displayed, in [0, 1]. */
export type Shown = (x: number) => number;

/** The numbers of a window. */
export interface WindowFields {
  readonly kind: "LINEAR" | "LINEAR_EXACT" | "SIGMOID";
  readonly center: number;
  readonly width: number;
}

/** The first window (PS3.3 C.11.2.1.2 and 3), or null. Throws EngineError. */
export function windowOf(set: DataSet): Shown | null {
  const fields = windowFieldsOf(set);
  if (!fields) return null;
  const { kind, center, width } = fields;
  if (kind === "SIGMOID") return (x) => 1 / (1 + Math.exp((-4 * (x - center)) / width));
  return kind === "LINEAR" ? linear(center - 0.5, width - 1) : linear(center, width);
}

/** The first window's numbers, or null. Throws EngineError. */
export function windowFieldsOf(set: DataSet): WindowFields | null {
  const center = numberOf(set, "x00281050", "WindowCenter");
  const width = numberOf(set, "x00281051", "WindowWidth");
  if (center === null && width === null) return null;
  if (center === null || width === null) throw damaged("half of its window is missing");
  const kind = textOf(set, "x00281056") || "LINEAR";
  if (kind !== "LINEAR" && kind !== "LINEAR_EXACT" && kind !== "SIGMOID") {
    throw refusal(`the DICOM image's VOILUTFunction ${kind} is not read`, "export it as PNG");
  }
  if (width <= 0 || (kind === "LINEAR" && width < 1)) {
    throw damaged(`its window's width is ${width}`);
  }
  return { kind, center, width };
}

function linear(center: number, width: number): Shown {
  const [low, high] = [center - width / 2, center + width / 2];
  return (x) => (x <= low ? 0 : x > high ? 1 : (x - center) / width + 0.5);
}
