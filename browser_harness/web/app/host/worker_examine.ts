import {
  accepts,
  calibrateOutputs,
  EngineError,
  scoreOf,
  type Reconstructed,
  type Values,
} from "../../engine/index.js";
import { UnfitOutput } from "./errors.js";
import type { Examine, Explain } from "./protocol.js";
import { selectionOf, type ModelPlan, type Release } from "./release.js";
import type { Check, Finding, Rebuilt, Seen, Square } from "./seen.js";
import type { Explanation } from "./types.js";
import type { Models } from "./worker_models.js";

/**
 * Runs the autoencoder, then, unless the gate refuses the image, the classifier.
 *
 * Throws UnfitOutput or EngineError; never gives doubtful numbers.
 */
export async function examine(models: Models, release: Release, given: Examine): Promise<Seen> {
  const { classifier, autoencoder } = release;
  const rebuilt = autoencoder && (await rebuild(models, autoencoder, given.autoencoder));
  const check = rebuilt?.check ?? null;
  const refused = check !== null && !check.accepted;
  const found = refused
    ? null
    : await models.run(classifier, inputOf(classifier, given.classifier));
  return {
    input: squareOf(classifier, given.classifier),
    rebuilt: rebuilt && rebuilt.pictures,
    check,
    findings: found && findingsOf(classifier, found.output("probabilities")),
    calibration: classifier.calibration,
    seconds: (rebuilt?.seconds ?? 0) + (found?.seconds ?? 0),
  };
}

/** Explains one finding. Throws UnfitOutput or EngineError. */
export async function explain(
  models: Models,
  plan: ModelPlan,
  { input, finding }: Explain,
): Promise<Explanation> {
  const classes = plan.signature.inputs[1]?.shape[1] ?? 0;
  if (!Number.isInteger(finding) || finding < 0 || finding >= classes) {
    throw new EngineError("input-refused", `there is no finding ${finding}`);
  }
  const oneHot = new Float32Array(classes);
  oneHot[finding] = 1;
  const inputs = inputOf(plan, input).set(selectionOf(plan) ?? "", oneHot);
  const { output, seconds } = await models.run(plan, inputs);
  const has = (name: string) => plan.signature.outputs.find((one) => one.name === name);
  const [height = 0, width = 0] = has("cam")?.shape.slice(-2) ?? [];
  return {
    finding,
    saliency: largest(output("saliency"), plan.preprocess.channels),
    size: plan.preprocess.size,
    cam: has("cam") ? Float32Array.from(output("cam")) : null,
    camSize: has("cam") ? [height, width] : null,
    seconds,
  };
}

async function rebuild(models: Models, plan: ModelPlan, input: Float32Array | null) {
  if (!input) throw new EngineError("internal", `no input was prepared for ${plan.id}`);
  const image = squareOf(plan, input);
  const { output, seconds } = await models.run(plan, inputOf(plan, input));
  const reconstruction = squareOf(plan, output("reconstruction"));
  const pictures: Rebuilt = { image, reconstruction };
  const { gate } = plan;
  if (!gate) return { pictures, check: null, seconds };
  const latent = gate.score === "latent" ? output("latent") : new Float32Array();
  const score = scoreOf(gate.score, pairOf(pictures), Float32Array.from(latent));
  const check: Check = { gate, score, accepted: accepts(gate, score) };
  return { pictures, check, seconds };
}

function inputOf({ signature }: ModelPlan, input: Float32Array): Map<string, Values> {
  return new Map([[signature.inputs[0]?.name ?? "", input]]);
}

function findingsOf({ labels, calibration, title }: ModelPlan, outputs: Values): Finding[] {
  if (!outputs.every((value) => value >= 0 && value <= 1)) {
    const words = "The classifier gave values outside 0 to 1; they are not shown.";
    throw new UnfitOutput("out-of-range", words, { model: title });
  }
  const points = calibration?.points ?? [];
  const thresholds = points.map((point) => ("threshold" in point ? point.threshold : null));
  const calibrated = calibration && calibrateOutputs(outputs, thresholds);
  return labels.map((label, i) => {
    const [output, point] = [outputs[i] ?? NaN, points[i]];
    if (!point) return { label, output, standing: null };
    const standing =
      "threshold" in point
        ? { calibrated: calibrated?.[i] ?? NaN, reached: output >= point.threshold }
        : { reason: point.reason };
    return { label, output, standing };
  });
}

/** The largest of the channels at every pixel. */
function largest(values: Values, channels: number): Float32Array {
  const plane = values.length / channels;
  const out = Float32Array.from(values.subarray(0, plane));
  for (let i = plane; i < values.length; i++) {
    const at = i % plane;
    out[at] = Math.max(out[at] as number, values[i] as number);
  }
  return out;
}

function pairOf({ image, reconstruction }: Rebuilt): Reconstructed {
  const [width, height] = [image.size, image.size];
  return { width, height, image: floats(image), reconstruction: floats(reconstruction) };
}

function floats({ values }: Square): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** The first channel of a model's square input or output, in a buffer of its own. */
function squareOf({ preprocess }: ModelPlan, values: Values): Square {
  const { channels, size: side, low, high } = preprocess;
  const count = values.length === channels * side * side ? channels : 1;
  const size = Math.round(Math.sqrt(values.length / count));
  return { size, values: values.slice(0, size * size), low, high };
}
