// Twin: reference/decide/rule.py.

import {
  finite,
  list,
  object,
  oneOf,
  parseJson,
  refused,
  requireFields,
  text,
  version1,
  type DocumentName,
  type Fields,
} from "../fields.js";
import { higherIsLikelier } from "./calibration.js";
import { GATED, type Gated, type GateDocument } from "./decisions.js";
import { mean, SCORE_DEFINITIONS, standardDeviation, type ScoreName } from "./scores.js";

/** What a condition's threshold belongs to; the same words as in reference/decide/rule.py. */
export const RULE_DEFINITIONS = {
  ...SCORE_DEFINITIONS,
  view: "softmax probability of a label of the view model",
  shorter_side: "smaller of width and height of the file's picture, in its pixels",
  mean_level: "mean of the view model's input, 0 at the low end of its range, 1 at the high",
  contrast: "standard deviation of the view model's input, in parts of its range",
} as const;

export type RuleScore = keyof typeof RULE_DEFINITIONS;

export const REASONS = [
  "too-small",
  "too-dark",
  "too-bright",
  "no-contrast",
  "lateral",
  "turned-clockwise",
  "turned-180",
  "turned-counter-clockwise",
  "upside-down",
  "inverted",
  "not-frontal",
  "unlike",
] as const;

/** Why an image is refused. */
export type Reason = (typeof REASONS)[number];

const FRONTAL = "frontal";
/** What it means that an image looks like a label of the view model other than frontal. */
const REASON_BY_VIEW: readonly (readonly [label: string, reason: Reason])[] = [
  ["lateral", "lateral"],
  ["turned 90° clockwise", "turned-clockwise"],
  ["turned 180°", "turned-180"],
  ["turned 90° counter-clockwise", "turned-counter-clockwise"],
  ["upside down (mirrored)", "upside-down"],
  ["inverted", "inverted"],
  ["other", "not-frontal"],
];
const VIEW_LABELS = [FRONTAL, ...REASON_BY_VIEW.map(([label]) => label)];

/** One score held to a threshold; the fields of reference/decide/rule.py. */
export interface Condition {
  readonly score: RuleScore;
  /** The view model's label, of the score `view` alone. */
  readonly label: string | null;
  readonly definition: string;
  readonly comparison: "at least" | "at most";
  readonly threshold: number;
  /** What it stands for where it does not hold; of the view, where no other label is probable. */
  readonly reason: Reason;
  /** Of the weights that give the score; null of a formula of the picture. */
  readonly weights_sha256: string | null;
}

/** Ordered conditions: an image is accepted where every one holds. */
export interface Rule {
  readonly schema_version: 1;
  readonly conditions: readonly Condition[];
  readonly in_distribution: Gated;
  readonly out_of_distribution: readonly Gated[];
}

/** The place of the first failing condition, and its reason; null of an image that is accepted. */
export interface Ruling {
  readonly failed: number | null;
  readonly reason: Reason | null;
}

/** An image's scores by `keyOfCondition`, and every label of the view model by `viewKey`. */
export type RuleScores = ReadonlyMap<string, number>;

const RULE = {
  schema_version: version1,
  conditions: (value: unknown) => list(value) ?? ((value as unknown[]).length ? null : "empty"),
  in_distribution: object,
  out_of_distribution: list,
} satisfies Fields & Record<keyof Rule, unknown>;
const CONDITION = {
  score: oneOf(...Object.keys(RULE_DEFINITIONS)),
  label: (value: unknown) =>
    value === null || VIEW_LABELS.includes(value as string) ? null : "no label of a view model",
  definition: text,
  comparison: oneOf("at least", "at most"),
  threshold: finite,
  reason: oneOf(...REASONS),
  weights_sha256: (value: unknown) =>
    value === null || (typeof value === "string" && /^[0-9a-f]{64}$/.test(value))
      ? null
      : "no SHA-256",
} satisfies Fields & Record<keyof Condition, unknown>;

/**
 * Reads a rule, every field of it.
 *
 * @param label how errors name the file.
 * Throws EngineError `file-refused`, naming the field; also where a threshold belongs to another
 * definition of its score than the engine computes.
 */
export function parseRule(content: BufferSource, label: string): Rule {
  const name = { label, kind: "rule that this page can use" };
  const found = requireFields(parseJson(content, name), RULE, name) as unknown as Rule;
  found.conditions.forEach((one, i) => requireCondition(one, name, `conditions[${i}]`));
  for (const kind of ["autoencoder", "view"]) {
    const own = found.conditions.filter((one) => kindOf(one) === kind);
    if (new Set(own.map((one) => one.weights_sha256)).size > 1) {
      throw refused(name, `conditions name the weights of two ${kind} models`);
    }
  }
  requireFields(found.in_distribution, GATED, name, "in_distribution");
  found.out_of_distribution.forEach((set, i) => {
    requireFields(set, GATED, name, `out_of_distribution[${i}]`);
  });
  return found;
}

function requireCondition(condition: Condition, name: DocumentName, place: string): void {
  requireFields(condition, CONDITION, name, place);
  const { score, label, definition, weights_sha256: weights } = condition;
  if (definition !== RULE_DEFINITIONS[score]) {
    throw refused(
      name,
      `${place}.threshold belongs to another ${score}, "${definition}"; this page computes ` +
        `"${RULE_DEFINITIONS[score]}"`,
    );
  }
  if ((score === "view") !== (label !== null)) {
    throw refused(name, `${place}.label is ${JSON.stringify(label)}, of the score ${score}`);
  }
  if ((kindOf(condition) === null) !== (weights === null)) {
    throw refused(name, `${place}.weights_sha256 is ${weights}, of the score ${score}`);
  }
}

/** The kind of the model that gives a condition's score; null of a formula of the picture. */
export function kindOf({ score }: Condition): "autoencoder" | "view" | null {
  if (score === "view") return "view";
  return Object.hasOwn(SCORE_DEFINITIONS, score) ? "autoencoder" : null;
}

/** The model whose output or input a score is made of; null of the file alone. */
export function sourceOf(condition: Condition): "autoencoder" | "view" | null {
  const ofInput = condition.score === "mean_level" || condition.score === "contrast";
  return ofInput ? "view" : kindOf(condition);
}

/** What a condition's score is called among an image's scores. */
export function keyOfCondition({ score, label }: Condition): string {
  return label === null ? score : viewKey(label);
}

/** What the probability of a label of the view model is called. */
export function viewKey(label: string): string {
  return `view: ${label}`;
}

/** Whether a condition holds of a score; of NaN it never does. */
export function holds({ comparison, threshold }: Condition, value: number): boolean {
  return comparison === "at least" ? value >= threshold : value <= threshold;
}

/** Whether an image passes, and why not; a score that is absent counts as NaN. */
export function decideBy({ conditions }: Pick<Rule, "conditions">, scores: RuleScores): Ruling {
  for (const [place, condition] of conditions.entries()) {
    if (!holds(condition, scores.get(keyOfCondition(condition)) ?? NaN)) {
      return { failed: place, reason: reasonOf(condition, scores) };
    }
  }
  return { failed: null, reason: null };
}

/** Of the view, that of the most probable other label, the first of equal ones. */
function reasonOf({ label, reason }: Condition, scores: RuleScores): Reason {
  if (label !== FRONTAL) return reason;
  let [best, found] = [-Infinity, reason];
  for (const [other, itsReason] of REASON_BY_VIEW) {
    const value = scores.get(viewKey(other)) ?? -Infinity;
    if (Number.isNaN(value)) return reason;
    if (value > best) [best, found] = [value, itsReason];
  }
  return found;
}

/** Mean level and contrast of the view model's input on [low, high], in the order of its pixels. */
export function inputScores(
  image: Float32Array | Float64Array,
  low: number,
  high: number,
): Readonly<Record<"mean_level" | "contrast", number>> {
  const span = high - low;
  return { mean_level: (mean(image) - low) / span, contrast: standardDeviation(image) / span };
}

/** The rule that one gate is: its only condition is the gate's threshold. */
export function ruleOf(gate: GateDocument): Rule {
  const { score, definition, threshold, weights_sha256 } = gate;
  const comparison = higherIsLikelier(score satisfies ScoreName) ? "at least" : "at most";
  return {
    schema_version: 1,
    conditions: [
      { score, label: null, definition, comparison, threshold, reason: "unlike", weights_sha256 },
    ],
    in_distribution: gate.in_distribution,
    out_of_distribution: gate.out_of_distribution,
  };
}
