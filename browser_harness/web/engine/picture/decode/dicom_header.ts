import type { DataSet } from "dicom-parser";
import { DECIMAL, stripped, textOf } from "./dicom_values.js";

/** What a DICOM file says beside its pixels that helps to read them; nothing names a person. */
export interface Header {
  /** How the patient stood or lay to the beam, such as PA, AP, LL; empty where it is not said. */
  readonly view: string;
  readonly bodyPart: string;
  /** R, L, B or U; empty where it is not said. */
  readonly laterality: string;
  /** Years, whole or not; null where it is not said. */
  readonly age: number | null;
  /** Millimetres from pixel to pixel, of rows and columns; null where nothing says it. */
  readonly spacing: Spacing | null;
}

export interface Spacing {
  readonly down: number;
  readonly across: number;
  /** Whether it is of the detector: what lies before it is smaller than it looks. */
  readonly atDetector: boolean;
}

/** PixelSpacing is of the patient only where it says more than what holds at the detector. */
const PIXEL = "x00280030";
const DETECTOR = ["x00181164", "x00182010"];

/** Years of the units of an Age String (PS3.5 6.2, AS). */
const YEARS = { D: 1 / 365.25, W: 7 / 365.25, M: 1 / 12, Y: 1 } as const;

/** The few elements of a header that are shown. What is malformed counts as not said. */
export function headerOf(set: DataSet): Header {
  return {
    view: codeOf(set, "x00185101"),
    bodyPart: codeOf(set, "x00180015"),
    laterality: codeOf(set, "x00200062") || codeOf(set, "x00200060"),
    age: ageOf(textOf(set, "x00101010")),
    spacing: spacingOf(set),
  };
}

/** Years of an age such as 003Y or 018M; null of anything else. */
export function ageOf(text: string): number | null {
  const [, number, unit] = /^(\d{1,3})([DWMY])$/.exec(text) ?? [];
  return number && unit ? Number(number) * YEARS[unit as keyof typeof YEARS] : null;
}

function spacingOf(set: DataSet): Spacing | null {
  const own = pairOf(textOf(set, PIXEL));
  const detector = DETECTOR.map((tag) => pairOf(textOf(set, tag))).find((one) => one !== null);
  const found = own ?? detector;
  if (!found) return null;
  const [down, across] = found;
  const same = detector?.[0] === down && detector[1] === across;
  const calibrated = textOf(set, "x00280a02") !== ""; // PixelSpacingCalibrationType
  return { down, across, atDetector: !own || (!calibrated && (same || !detector)) };
}

function pairOf(text: string): readonly [number, number] | null {
  const parts = text.split("\\").map(stripped);
  if (parts.length !== 2 || !parts.every((part) => DECIMAL.test(part))) return null;
  const [down, across] = parts.map(Number) as [number, number];
  const sensible = (length: number) => length >= 1e-3 && length <= 10;
  return sensible(down) && sensible(across) ? [down, across] : null;
}

/** A code string (CS): up to 16 capital letters, digits, spaces and underscores. */
function codeOf(set: DataSet, tag: string): string {
  const text = textOf(set, tag).split("\\")[0] ?? "";
  return /^[A-Z0-9_ ]{1,16}$/.test(text) ? text : "";
}
