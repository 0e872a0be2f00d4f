import type { Calibration, Gated } from "../../engine/decide/decisions.js";
import type { Condition, Reason } from "../../engine/decide/rule.js";
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

export type { Condition, Reason };

/** A condition of the rule, and the image's score; null where it was not needed any more. */
export interface Scored {
  readonly condition: Condition;
  readonly score: number | null;
}

/** What the rule, or a single gate, made of an image. */
export interface Check {
  readonly accepted: boolean;
  /** Null of an image that is accepted. */
  readonly reason: Reason | null;
  /** All conditions in their order; those after the first failing one may have no score. */
  readonly scored: readonly Scored[];
  /** The first failing condition, or the last one of an image that is accepted. */
  readonly deciding: Scored;
  /** How many images of a set that ought to pass the rule refuses. */
  readonly known: Gated;
}

/** What the models say about an image. */
export interface Seen {
  readonly input: Square;
  /** Null without an autoencoder, and for an image that was refused before it ran. */
  readonly rebuilt: Rebuilt | null;
  /** Null in a release without rule or gate: nothing was checked. */
  readonly check: Check | null;
  /** Null for an image that is refused: the classifier did not run. */
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
