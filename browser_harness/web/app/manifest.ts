import {
  fetchCalibration,
  fetchGate,
  fetchPreprocess,
  type Calibration,
  type FileDigest,
  type FileListing,
  type GateDocument,
  type Preprocess,
  type Signature,
} from "../engine/index.js";

/** Where a document that belongs to a model lies, from the bundle's root. */
export type DataFile = FileDigest & { readonly path: string };

/** One model of a bundle. */
export interface BundledModel {
  readonly kind: "classifier" | "autoencoder" | "explanation" | "other";
  readonly title: string;
  readonly path: string;
  readonly signature: Signature;
  readonly labels: readonly string[] | null;
  /** What the weights are, such as "untrained demonstration weights"; null for trained ones. */
  readonly weights: string | null;
  /** The definition of its preprocessing. */
  readonly preprocess: DataFile | null;
  /** A classifier's operating points. */
  readonly calibration: DataFile | null;
  /** The threshold of an autoencoder's score. */
  readonly gate: DataFile | null;
  readonly files: Readonly<Record<string, BundledFile>>;
}

/** A file of a model; `path`, from the bundle's root, where another model has the same bytes. */
export interface BundledFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly path: string | null;
}

/** manifest.json: what a release holds. */
export interface Manifest {
  readonly schema_version: 3;
  readonly release: string;
  readonly title: string;
  readonly verdict: "PASSED";
  /** The wasm threads that were verified. */
  readonly wasm_threads: number;
  readonly models: Readonly<Record<string, BundledModel>>;
  /** Every other file of the bundle. */
  readonly files: FileListing;
}

/** A model of a kind that this page can use: with preprocessing that fits its one input. */
export interface UsableModel extends Omit<BundledModel, "preprocess" | "calibration" | "gate"> {
  readonly id: string;
  readonly preprocess: Preprocess;
  readonly calibration: Calibration | null;
  readonly gate: GateDocument | null;
}

type Decisions = Pick<UsableModel, "calibration" | "gate">;

/** A manifest that this page will not work with. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/** Reads manifest.json beside the page. Throws ManifestError. */
export async function readManifest(url: string): Promise<Manifest> {
  const found = (await fetchJson(url)) as Partial<Manifest> | null;
  if (
    typeof found !== "object" ||
    found === null ||
    found.schema_version !== 3 ||
    !found.models ||
    !found.files
  ) {
    throw new ManifestError("manifest.json is of a form that this page does not know.");
  }
  if (found.verdict !== "PASSED") {
    throw new ManifestError("This release has not passed its verification; it will not run.");
  }
  return found as Manifest;
}

/**
 * The first model of a kind with its documents, or null. Throws ManifestError when it
 * contradicts itself, EngineError `file-refused` when a document beside the model is not the verified
 * one or of another definition.
 */
export async function modelOf(
  manifest: Manifest,
  kind: "classifier" | "autoencoder",
  base: string,
): Promise<UsableModel | null> {
  const [id, model] = firstOf(manifest, kind) ?? [];
  if (!id || !model) return null;
  const file = model.preprocess;
  const preprocess = file && (await fetchPreprocess(base + file.path, file, file.path));
  const shape = model.signature.inputs[0]?.shape.join();
  const given = preprocess && [1, preprocess.channels, preprocess.size, preprocess.size].join();
  if (!preprocess || model.signature.inputs.length !== 1 || shape !== given) {
    throw new ManifestError(`manifest.json: the input of ${id} does not fit its preprocessing.`);
  }
  const findings = model.signature.outputs.find((one) => one.name === "probabilities");
  if (kind === "classifier" && model.labels?.length !== findings?.shape[1]) {
    throw new ManifestError(`manifest.json: the labels of ${id} do not fit its outputs.`);
  }
  return { ...model, id, preprocess, ...(await decisionsOf(id, model, preprocess, base)) };
}

/** Refuses operating points or a gate that this page would not heed. Throws ManifestError. */
export function requireHeeded(manifest: Manifest): void {
  const [classifier] = firstOf(manifest, "classifier") ?? [];
  const [autoencoder] = firstOf(manifest, "autoencoder") ?? [];
  for (const [id, model] of Object.entries(manifest.models)) {
    if (model.calibration && id !== classifier) {
      throw new ManifestError(
        `manifest.json: ${id} has operating points, but is not the classifier that runs here.`,
      );
    }
    if (model.gate && id !== autoencoder) {
      throw new ManifestError(
        `manifest.json: ${id} has a gate, but is not the autoencoder that runs here.`,
      );
    }
  }
}

function firstOf(manifest: Manifest, kind: BundledModel["kind"]) {
  return Object.entries(manifest.models).find(([, one]) => one.kind === kind);
}

async function decisionsOf(
  id: string,
  model: BundledModel,
  preprocess: Preprocess,
  base: string,
): Promise<Decisions> {
  const points = model.calibration;
  const calibration =
    points && (await fetchCalibration(base + points.path, points, points.path, model.labels ?? []));
  const gate = model.gate && (await fetchGate(base + model.gate.path, model.gate, model.gate.path));
  if (gate) requireScored(id, model, preprocess, gate);
  return { calibration: calibration ?? null, gate: gate ?? null };
}

/** Scores are of images and reconstructions on [-1, 1], the latent one of the latent vector. */
function requireScored(
  id: string,
  { signature }: BundledModel,
  { low, high }: Preprocess,
  { score }: GateDocument,
): void {
  const shapeOf = (name: string) => signature.outputs.find((one) => one.name === name)?.shape;
  if (score === "latent") {
    if (shapeOf("latent")) return;
    throw new ManifestError(`manifest.json: ${id} has no output latent, which its gate needs.`);
  }
  if (shapeOf("reconstruction")?.join() !== signature.inputs[0]?.shape.join()) {
    throw new ManifestError(
      `manifest.json: the reconstruction of ${id} is not as large as its image, so its gate's ` +
        `${score} cannot be computed.`,
    );
  }
  if (low !== -1 || high !== 1) {
    throw new ManifestError(
      `manifest.json: the images of ${id} are on [${low}, ${high}], its gate's ${score} is ` +
        `defined on [-1, 1].`,
    );
  }
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { cache: "no-cache", redirect: "error" });
    if (response.ok) return await response.json();
    throw new Error(`HTTP ${response.status}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ManifestError(`manifest.json beside this page cannot be read (${why}).`);
  }
}
