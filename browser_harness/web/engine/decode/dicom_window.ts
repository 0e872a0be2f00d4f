import type { DataSet } from "dicom-parser";
import { decimalsOf } from "./dicom_numbers.js";
import { damaged, refusal } from "./refusal.js";

/** From a rescaled value to what is displayed, in [0, 1]. */
export type Shown = (x: number) => number;

/** The first window (PS3.3 C.11.2.1.2 and 3), or null. Throws EngineError. */
export function windowOf(set: DataSet): Shown | null {
  const [center] = decimalsOf(set, "x00281050");
  const [width] = decimalsOf(set, "x00281051");
  if (center === undefined && width === undefined) return null;
  if (center === undefined || width === undefined) throw damaged("half of its window is missing");
  const kind = set.string("x00281056")?.trim() || "LINEAR";
  switch (kind) {
    case "LINEAR":
      if (!(width >= 1)) throw damaged(`its window's width is ${width}`);
      return linear(center - 0.5, width - 1);
    case "LINEAR_EXACT":
      if (!(width > 0)) throw damaged(`its window's width is ${width}`);
      return linear(center, width);
    case "SIGMOID":
      if (!(width > 0)) throw damaged(`its window's width is ${width}`);
      return (x) => 1 / (1 + Math.exp((-4 * (x - center)) / width));
    default:
      throw refusal(`the DICOM image's VOILUTFunction ${kind} is not read`, "export it as PNG");
  }
}

function linear(center: number, width: number): Shown {
  const [low, high] = [center - width / 2, center + width / 2];
  return (x) => (x <= low ? 0 : x > high ? 1 : (x - center) / width + 0.5);
}
