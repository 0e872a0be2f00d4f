import type { Calibration } from "../../engine/decide/decisions.js";
import type { AppliedGate } from "./release.js";
import type { Values } from "../../engine/types.js";

/** A square gray image with values in [low, high]. */
export interface Square {
  readonly size: number;
  readonly values: Values;
  readonly low: number;
  readonly high: number;
}

/** One finding: the model's output, and where it stands on the calibrated scale. */
export interface Finding {
  readonly label: string;
  /** 0 to 1, as the model gives it. */
  readonly output: number;
  /** Null in a release without operating points. */
  readonly standing: Calibrated | Uncalibrated | null;
}

/** By Equation 1: 0.5 at the operating point. */
export interface Calibrated {
  readonly calibrated: number;
  /** Whether the output reaches the operating point. */
  readonly reached: boolean;
}

/** Without an operating point, and why. */
export interface Uncalibrated {
  readonly reason: string;
}

/** What the gate made of an image. */
export interface Check {
  readonly gate: AppliedGate;
  readonly score: number;
  readonly accepted: boolean;
}

/** What the models say about an image. */
export interface Seen {
  readonly input: Square;
  /** Null in a release without an autoencoder. */
  readonly rebuilt: Rebuilt | null;
  /** Null in a release without a gate: nothing was checked. */
  readonly check: Check | null;
  /** Null for an image that the gate refuses: the classifier did not run. */
  readonly findings: readonly Finding[] | null;
  /** The classifier's operating points, if the release has them. */
  readonly calibration: Calibration | null;
  /** Seconds for all models that ran, readback included. */
  readonly seconds: number;
}

/** The autoencoder's input and what it makes of it. */
export interface Rebuilt {
  readonly image: Square;
  readonly reconstruction: Square;
}
