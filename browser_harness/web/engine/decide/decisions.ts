import { CALIBRATION_DEFINITION, type Gate } from "./calibration.js";
import {
  finite,
  from0To1,
  list,
  object,
  oneOf,
  parseJson,
  refused,
  requireFields,
  sha256,
  text,
  version2,
  whole,
  within0To1,
  type DocumentName,
  type Fields,
} from "../fields.js";
import { SCORE_DEFINITIONS } from "./scores.js";

/** The threshold of one finding: it counts as present where the output reaches it. */
export interface OperatingPoint {
  readonly finding: string;
  readonly threshold: number;
  readonly true_positive_rate: number;
  readonly false_positive_rate: number;
  readonly positives: number;
  readonly negatives: number;
  readonly unknown: number;
}

/** A finding for which no threshold could be found, and why. */
export interface NoOperatingPoint {
  readonly finding: string;
  readonly reason: string;
  readonly positives: number;
  readonly negatives: number;
  readonly unknown: number;
}

/** A classifier's operating points; the fields of reference/decide/calibration.py. */
export interface Calibration {
  readonly schema_version: 2;
  /** Of the weights that it was made for; `xport convert` holds it to the model's. */
  readonly weights_sha256: string;
  readonly definition: string;
  readonly dataset: string;
  /** In the order of the classifier's outputs. */
  readonly points: readonly (OperatingPoint | NoOperatingPoint)[];
}

/** How many images of a set the gate refuses. */
export interface Gated {
  readonly dataset: string;
  readonly images: number;
  readonly refused: number;
}

/** An autoencoder's gate and what it was found with; the fields of reference/decide/gate.py. */
export interface GateDocument extends Gate {
  readonly schema_version: 2;
  /** Of the weights that it was made for; `xport convert` holds it to the model's. */
  readonly weights_sha256: string;
  readonly false_refusal_rate: number;
  readonly in_distribution: Gated;
  readonly out_of_distribution: readonly Gated[];
}

const CALIBRATION = {
  schema_version: version2,
  weights_sha256: sha256,
  definition: (value: unknown) =>
    value === CALIBRATION_DEFINITION ? null : "another than that of this page",
  dataset: text,
  points: list,
} satisfies Fields & Record<keyof Calibration, unknown>;
const POINT = {
  finding: text,
  threshold: within0To1,
  true_positive_rate: from0To1,
  false_positive_rate: from0To1,
  positives: whole(1),
  negatives: whole(1),
  unknown: whole(0),
} satisfies Fields & Record<keyof OperatingPoint, unknown>;
const NO_POINT = {
  finding: text,
  reason: oneOf(
    "no positive image",
    "no negative image",
    "no threshold is better than chance",
    "the best threshold is 0 or 1",
  ),
  positives: whole(0),
  negatives: whole(0),
  unknown: whole(0),
} satisfies Fields & Record<keyof NoOperatingPoint, unknown>;
const GATE = {
  schema_version: version2,
  weights_sha256: sha256,
  score: oneOf(...Object.keys(SCORE_DEFINITIONS)),
  definition: text,
  threshold: finite,
  false_refusal_rate: within0To1,
  in_distribution: object,
  out_of_distribution: list,
} satisfies Fields & Record<keyof GateDocument, unknown>;
/** The fields of `Gated`. */
export const GATED = {
  dataset: text,
  images: whole(1),
  refused: whole(0),
} satisfies Fields & Record<keyof Gated, unknown>;

/**
 * Reads operating points, every field of them.
 *
 * @param label how errors name the file.
 * @param findings the classifier's labels, which must be the document's, in this order.
 * Throws EngineError `file-refused`, naming the field.
 */
export function parseCalibration(
  content: BufferSource,
  label: string,
  findings: readonly string[],
): Calibration {
  const name = { label, kind: "calibration that this page can use" };
  const found = requireFields(
    parseJson(content, name),
    CALIBRATION,
    name,
  ) as unknown as Calibration;
  found.points.forEach((point, i) => {
    const known = Object.hasOwn(Object(point), "reason") ? NO_POINT : POINT;
    requireFields(point, known, name, `points[${i}]`);
  });
  requireFindings(found, findings, name);
  return found;
}

/**
 * Reads a gate, every field of it.
 *
 * @param label how errors name the file.
 * Throws EngineError `file-refused`, naming the field; also where the threshold belongs to another
 * definition of the score than the engine computes.
 */
export function parseGate(content: BufferSource, label: string): GateDocument {
  const name = { label, kind: "gate that this page can use" };
  const found = requireFields(parseJson(content, name), GATE, name) as unknown as GateDocument;
  requireFields(found.in_distribution, GATED, name, "in_distribution");
  found.out_of_distribution.forEach((set, i) => {
    requireFields(set, GATED, name, `out_of_distribution[${i}]`);
  });
  const ours = SCORE_DEFINITIONS[found.score];
  if (found.definition !== ours) {
    throw refused(
      name,
      `its threshold belongs to another ${found.score}, "${found.definition}"; this page computes ` +
        `"${ours}"`,
    );
  }
  return found;
}

function requireFindings(
  { points }: Calibration,
  findings: readonly string[],
  name: DocumentName,
): void {
  const found = points.map((point) => point.finding);
  if (found.length === findings.length && found.every((one, i) => one === findings[i])) return;
  const place = findings.findIndex((finding, i) => finding !== found[i]);
  throw refused(
    name,
    place < 0
      ? `it has ${found.length} findings, the model ${findings.length}`
      : `points[${place}] is of ${found[place] ?? "nothing"}, the model's label is ${findings[place]}`,
  );
}
