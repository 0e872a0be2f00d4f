// Twin: xport/plan/page_models.py.

import { parseCalibration, parseGate } from "../../engine/decide/decisions.js";
import type { Calibration, GateDocument } from "../../engine/decide/decisions.js";
import { kindOf, parseRule, ruleOf, sourceOf, type Rule } from "../../engine/decide/rule.js";
import type { ScoreName } from "../../engine/decide/scores.js";
import { parsePreprocess, type Preprocess } from "../../engine/picture/definition.js";
import type { FileListing, Signature } from "../../engine/types.js";
import { ManifestError } from "./errors.js";
import type { BundledModel, DataFile, Manifest } from "./manifest.js";
import { shownOf } from "./shown.js";

/** A model that this page runs, with its documents read. */
export interface ModelPlan {
  readonly id: string;
  readonly title: string;
  readonly signature: Signature;
  readonly labels: readonly string[];
  readonly preprocess: Preprocess;
  readonly calibration: Calibration | null;
  readonly gate: GateDocument | null;
  readonly files: FileListing;
}

/** What runs of a release. */
export interface Release {
  readonly classifier: ModelPlan;
  readonly autoencoder: ModelPlan | null;
  /** Tells an upright frontal image from every other. */
  readonly view: ModelPlan | null;
  /** What images are accepted by, a single gate too; null where every image is. */
  readonly rule: Rule | null;
  readonly explanation: ModelPlan | null;
}

/** Gives the checked bytes of a file of the release. */
export type ReadFile = (file: DataFile) => Promise<ArrayBuffer>;

/**
 * What runs of a release: the first classifier, the first autoencoder and view model, what explains the
 * classifier, and the rule by which images are accepted.
 *
 * Throws ManifestError where there is nothing to show, or the manifest contradicts itself or has
 * decisions that this page would not heed, EngineError `file-refused` where a document is not one that it can use.
 */
export async function readRelease(manifest: Manifest, read: ReadFile): Promise<Release> {
  const { classifier, autoencoder, view, explanation } = shownOf(manifest);
  requireHeeded(manifest, classifier[0], autoencoder?.[0]);
  const plan = await planOf(...classifier, read);
  const beside = {
    autoencoder: autoencoder ? await planOf(...autoencoder, read) : null,
    view: view ? await planOf(...view, read) : null,
  };
  return {
    classifier: plan,
    ...beside,
    rule: await ruleIn(manifest, beside, read),
    explanation: explanation ? requireExplains(await planOf(...explanation, read), plan) : null,
  };
}

/** The plans of a release's models, in the order in which they are loaded. */
export function plansOf(release: Release): readonly ModelPlan[] {
  return [...plansOfImages(release), release.explanation].filter((plan) => plan !== null);
}

/** The plans of the models that are given images, in the same order. */
export function plansOfImages({ classifier, autoencoder, view }: Release): readonly ModelPlan[] {
  return [classifier, autoencoder, view].filter((plan) => plan !== null);
}

/** The input of an explanation that says which finding is explained. */
export function selectionOf({ signature }: ModelPlan): string | null {
  return signature.inputs[1]?.name ?? null;
}

function requireHeeded(manifest: Manifest, classifier: string, autoencoder?: string): void {
  for (const [id, model] of Object.entries(manifest.models)) {
    if (model.calibration && id !== classifier) {
      throw unusable(
        `manifest.json: ${id} has operating points, but is not the classifier that runs here.`,
      );
    }
    if (model.gate && id !== autoencoder) {
      throw unusable(`manifest.json: ${id} has a gate, but is not the autoencoder that runs here.`);
    }
  }
}

/** The rule of a release, or what its only gate is; every score of it is of a model that runs here. */
async function ruleIn(
  { rule: file, models }: Manifest,
  beside: Pick<Release, "autoencoder" | "view">,
  read: ReadFile,
): Promise<Rule | null> {
  const gate = beside.autoencoder?.gate;
  if (!file) return gate ? ruleOf(gate) : null;
  if (gate) throw unusable("manifest.json: a rule and a gate decide on the same images.");
  const rule = parseRule(await read(file), file.path);
  for (const condition of rule.conditions) {
    const source = sourceOf(condition);
    const plan = source && beside[source];
    if (source && !plan) {
      throw unusable(
        `${file.path}: ${condition.score} is of a ${source} model, and none runs here.`,
      );
    }
    if (condition.label !== null && !plan?.labels.includes(condition.label)) {
      throw unusable(`${file.path}: ${plan?.id} has no label ${condition.label}.`);
    }
    if (plan && kindOf(condition) === "autoencoder") {
      const model = models[plan.id] as BundledModel;
      requireScored(plan.id, model, plan.preprocess, condition.score as ScoreName);
    }
  }
  return rule;
}

async function planOf(id: string, model: BundledModel, read: ReadFile): Promise<ModelPlan> {
  const preprocess = model.preprocess && (await preprocessOf(model.preprocess, read));
  const shape = model.signature.inputs[0]?.shape.join();
  const given = preprocess && [1, preprocess.channels, preprocess.size, preprocess.size].join();
  const inputs = model.explains === null ? 1 : 2;
  if (!preprocess || model.signature.inputs.length !== inputs || shape !== given) {
    throw unusable(`manifest.json: the input of ${id} does not fit its preprocessing.`);
  }
  const labels = model.labels ?? [];
  const [points, gated] = [model.calibration, model.gate];
  const gate = gated && parseGate(await read(gated), gated.path);
  if (gate) requireScored(id, model, preprocess, gate.score);
  return {
    ...{ id, title: model.title, signature: model.signature, labels, preprocess, gate },
    calibration: points && parseCalibration(await read(points), points.path, labels),
    files: filesOf(model),
  };
}

async function preprocessOf(file: DataFile, read: ReadFile): Promise<Preprocess> {
  return parsePreprocess(await read(file), file.path);
}

function filesOf({ files }: BundledModel): FileListing {
  const listed = Object.entries(files).map(([name, { sha256, bytes }]) => [
    name,
    { sha256, bytes },
  ]);
  return Object.fromEntries(listed) as FileListing;
}

/** An explanation is of the very image that the classifier sees, and of one of its findings. */
function requireExplains(plan: ModelPlan, classifier: ModelPlan): ModelPlan {
  const same = JSON.stringify(plan.preprocess) === JSON.stringify(classifier.preprocess);
  const selection = plan.signature.inputs[1]?.shape.join();
  if (!same || selection !== [1, classifier.labels.length].join()) {
    throw unusable(`manifest.json: ${plan.id} does not take what ${classifier.id} takes.`);
  }
  return plan;
}

/** Scores are of images and reconstructions on [-1, 1], the latent one of the latent vector. */
function requireScored(
  id: string,
  { signature }: BundledModel,
  { low, high }: Preprocess,
  score: ScoreName,
): void {
  const shapeOf = (name: string) => signature.outputs.find((one) => one.name === name)?.shape;
  if (score === "latent") {
    if (shapeOf("latent")) return;
    throw unusable(`manifest.json: ${id} has no output latent, which its gate needs.`);
  }
  if (shapeOf("reconstruction")?.join() !== signature.inputs[0]?.shape.join()) {
    throw unusable(
      `manifest.json: the reconstruction of ${id} is not as large as its image, so its gate's ` +
        `${score} cannot be computed.`,
    );
  }
  if (low !== -1 || high !== 1) {
    throw unusable(
      `manifest.json: the images of ${id} are on [${low}, ${high}], its gate's ${score} is ` +
        `defined on [-1, 1].`,
    );
  }
}

function unusable(words: string): ManifestError {
  return new ManifestError("unusable", words);
}
