import { EngineError } from "../errors.js";
import { SCORE_DEFINITIONS, type ScoreName } from "./scores.js";

/** What stored operating points are; the same words as in reference/decide/calibration.py. */
export const CALIBRATION_DEFINITION =
  "threshold with the largest TPR - FPR on validation outputs, the highest of equal ones; " +
  "Equation 1: p <= opt: p / (2 opt), otherwise 1 - (1 - p) / (2 (1 - opt))";

/**
 * Equation 1 of the paper: the operating point becomes 0.5, 0 and 1 stay, NaN stays NaN.
 *
 * The same bits as reference/decide/calibration.py. Throws EngineError `input-refused` for a threshold that
 * is not between 0 and 1 or an output outside [0, 1].
 */
export function calibrated(output: number, threshold: number): number {
  if (!(threshold > 0 && threshold < 1)) {
    throw new EngineError("input-refused", `the operating point ${threshold} is not within 0 to 1`);
  }
  if (output < 0 || output > 1) {
    throw new EngineError("input-refused", `the output ${output} is no probability`);
  }
  return output <= threshold ? output / (2 * threshold) : 1 - (1 - output) / (2 * (1 - threshold));
}

/** Calibrated outputs of one image; NaN for a finding whose threshold is null. */
export function calibrateOutputs(
  outputs: ArrayLike<number>,
  thresholds: readonly (number | null)[],
): Float64Array {
  if (outputs.length !== thresholds.length) {
    throw new EngineError(
      "input-refused",
      `${outputs.length} outputs and ${thresholds.length} operating points do not fit`,
    );
  }
  return Float64Array.from(thresholds, (threshold, i) =>
    threshold === null ? NaN : calibrated(outputs[i] ?? NaN, threshold),
  );
}

/** A threshold on a score, as reference/decide/gate.py stores it. */
export interface Gate {
  readonly score: ScoreName;
  readonly definition: string;
  readonly threshold: number;
}

/**
 * Whether an image of this score may pass; one of NaN may not.
 *
 * Throws EngineError `input-refused` if the threshold belongs to another definition of the score.
 */
export function accepts(gate: Gate, score: number): boolean {
  if (gate.definition !== SCORE_DEFINITIONS[gate.score] || !Number.isFinite(gate.threshold)) {
    throw new EngineError("input-refused", `the gate's ${gate.score} is of another definition`);
  }
  return higherIsLikelier(gate.score) ? score >= gate.threshold : score <= gate.threshold;
}

/** Whether a higher score speaks for an image of the training distribution. */
export function higherIsLikelier(score: ScoreName): boolean {
  return score === "ssim";
}
