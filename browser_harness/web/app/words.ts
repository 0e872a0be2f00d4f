import { higherIsLikelier, type Calibration, type ScoreName } from "./host/index.js";
import type { Check, Finding } from "./predictor.js";

/**
 * Up to here on the calibrated scale a finding is called uncertain.
 *
 * The paper puts the operating point at 0.5 and names no such zone; its authors' tool called a
 * finding positive above 0.6.
 */
export const UNCERTAIN_TO = 0.6;

const SCORES: Readonly<Record<ScoreName, string>> = {
  ssim: "similarity to its reconstruction (SSIM)",
  l1: "mean difference from its reconstruction (L1)",
  l2: "root mean square difference from its reconstruction (L2)",
  latent: "squared distance of its latent vector from the middle",
};

/** A label as people write it. */
export function nameOf(label: string): string {
  return label.replaceAll("_", " ");
}

/** Score beside threshold: "similarity … (SSIM) 0.41, at least 0.62 needed". */
export function comparisonOf({ gate, score }: Check): string {
  const [found, limit] = apart(score, gate.threshold);
  const need = higherIsLikelier(gate.score)
    ? `at least ${limit} needed`
    : `at most ${limit} allowed`;
  return `${SCORES[gate.score]} ${found}, ${need}`;
}

/** What the gate decided, in a few words. */
export function verdictOf(check: Check | null): string {
  if (!check) return "Not checked against the training images.";
  return check.accepted
    ? "Near enough to the training images."
    : "Refused: not near enough to the training images.";
}

/** Why the gate decided so, and what follows. */
export function reasonOf(check: Check | null): string {
  if (!check) {
    return (
      "This release has no gate for images that are unlike those which the model was trained on. " +
      "For such an image the numbers below mean nothing."
    );
  }
  const { dataset, images, refused } = check.gate.in_distribution;
  const rate = `This threshold refuses ${refused} of ${images} images of ${dataset}.`;
  const what = `${capitalised(comparisonOf(check))}. ${rate}`;
  return check.accepted ? what : `${what} The classifier was not run: there are no predictions.`;
}

/** Where a finding stands, in words beside its number; empty without operating points. */
export function standingOf({ standing }: Finding): string {
  if (!standing) return "";
  if ("reason" in standing) return `no operating point: ${standing.reason}`;
  if (!standing.reached) return "below the operating point";
  if (standing.calibrated > UNCERTAIN_TO) return "above the operating point";
  const where = standing.calibrated > 0.5 ? "above" : "at";
  return `${where} the operating point, uncertain`;
}

/** What the calibrated numbers are. */
export function calibratedCaption({ dataset }: Calibration): string {
  return (
    "Calibrated from 0 to 1: 0.5, the line in the middle, is each finding's operating point, " +
    `found on ${dataset}. From there to ${UNCERTAIN_TO}, hatched, a finding is uncertain. This is ` +
    "no diagnosis."
  );
}

/** What the uncalibrated numbers are. */
export function uncalibratedCaption(calibration: Calibration | null): string {
  return calibration
    ? "Not calibrated: findings without an operating point. The model's output, from 0 to 1, is " +
        "on another scale and is no diagnosis."
    : "The model's output for each finding, from 0 to 1. It is not calibrated and is no diagnosis.";
}

/** Two numbers with as many decimals, two at least, as tell them apart. */
function apart(one: number, other: number): readonly [string, string] {
  for (let digits = 2; digits < 17; digits++) {
    const [a, b] = [one.toFixed(digits), other.toFixed(digits)];
    if (a !== b || one === other) return [a, b];
  }
  return [String(one), String(other)];
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
