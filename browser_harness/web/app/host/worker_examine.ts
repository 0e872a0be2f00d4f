import { calibrateOutputs, EngineError, type Values } from "../../engine/index.js";
import { UnfitOutput } from "./errors.js";
import type { Examine, Explain } from "./protocol.js";
import { selectionOf, type ModelPlan, type Release } from "./release.js";
import type { Finding, Seen } from "./seen.js";
import type { Explanation } from "./types.js";
import { Checker, inputOf, squareOf } from "./worker_check.js";
import type { Models } from "./worker_models.js";

/**
 * Checks the image by the rule, then, unless it is refused, runs autoencoder and classifier.
 *
 * Throws UnfitOutput or EngineError; never gives doubtful numbers.
 */
export async function examine(models: Models, release: Release, given: Examine): Promise<Seen> {
  const { classifier } = release;
  const checker = new Checker(models, release, given);
  const check = await checker.check();
  const refused = check !== null && !check.accepted;
  if (!refused) await checker.rebuild();
  const found = refused
    ? null
    : await models.run(classifier, inputOf(classifier, given.classifier));
  return {
    input: squareOf(classifier, given.classifier),
    rebuilt: checker.rebuilt,
    check,
    findings: found && findingsOf(classifier, found.output("probabilities")),
    calibration: classifier.calibration,
    seconds: checker.seconds + (found?.seconds ?? 0),
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
