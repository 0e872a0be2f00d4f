import type { Header, Spacing } from "../../../engine/picture/decode/dicom_header.js";
import type { Correction } from "../../../engine/picture/corrections.js";
import { quartersOf } from "../../../engine/picture/corrections.js";

/** What a header says that speaks against asking the models. */
export type Warning = "lateral" | "otherPart" | "child";

const FRONTAL = ["", "PA", "AP"];
const CHEST = /CHEST|THORAX|LUNG|RIB|HEART/;
const ADULT = 18;

/** Why a header warns; empty where it says nothing, or nothing odd. */
export function warningsOf(header: Header): readonly Warning[] {
  const { view, bodyPart, age } = header;
  const found: Warning[] = [];
  if (/^(LL|RL|LLO|RLO|LLD|RLD|LATERAL|LAT)$/.test(view) && !FRONTAL.includes(view)) {
    found.push("lateral");
  }
  if (bodyPart !== "" && !CHEST.test(bodyPart)) found.push("otherPart");
  if (age !== null && age < ADULT) found.push("child");
  return found;
}

/** The spacing as the image is to be seen: turned by a quarter, rows are columns. */
export function spacingSeen(spacing: Spacing, corrections: readonly Correction[]): Spacing {
  if (quartersOf(corrections) % 2 === 0) return spacing;
  return { ...spacing, across: spacing.down, down: spacing.across };
}

/**
 * The longest of 1, 2 and 5 times a power of ten, millimetres, that fits.
 *
 * @param room pixels on the screen, at most.
 * @param pixel millimetres for one of them.
 */
export function rulerOf(room: number, pixel: number): number {
  const most = room * pixel;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((times) => times * power <= most) ?? 1) * power;
}
