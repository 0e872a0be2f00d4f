import { PLAIN } from "../../engine/picture/picture.js";
import type { Finding } from "../host/seen.js";
import { itemOf, type Item, type Result } from "./state/items.js";

/** Findings of each standing, for tests. */
export const FINDINGS: readonly Finding[] = [
  { label: "Mass", output: 0.25, standing: { calibrated: 0.7, reached: true } },
  { label: "Edema", output: 0.1, standing: { calibrated: 0.55, reached: true } },
  { label: "Hernia", output: 0.9, standing: { reason: "no positive image" } },
  { label: "Fibrosis", output: 0.5, standing: { calibrated: 0.5, reached: true } },
  { label: "Nodule", output: 0.2, standing: { calibrated: 0.49, reached: false } },
];

/** A result as the page keeps it, for tests. */
export function resultFor(changes: Partial<Result> = {}): Result {
  return {
    facts: {
      ...{ width: 2, height: 2, channels: 1, white: 255, orientation: 1, format: "png" },
      ...PLAIN,
    },
    sha256: "ab".repeat(32),
    bytes: 12,
    thumb: { size: 1, levels: new Uint8Array(1) },
    rebuilt: null,
    check: null,
    findings: FINDINGS,
    calibration: null,
    seconds: 0.5,
    corrections: [],
    header: null,
    origin: {
      site: null,
      backend: "wasm",
      renderer: null,
      selfTestPassed: true,
      made: "2026-01-02T03:04:05.000Z",
    },
    ...changes,
  };
}

/** An examined file, for tests. */
export function itemFor(name: string, changes: Partial<Item> = {}): Item {
  const item = itemOf(1, new File(["x"], name));
  return { ...item, status: "done", result: resultFor(), ...changes };
}
