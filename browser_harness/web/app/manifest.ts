import {
  fetchPreprocess,
  type FileDigest,
  type FileListing,
  type Preprocess,
  type Signature,
} from "../engine/index.js";

/** One model of a bundle. */
export interface BundledModel {
  readonly kind: "classifier" | "autoencoder" | "other";
  readonly title: string;
  readonly path: string;
  readonly signature: Signature;
  readonly labels: readonly string[] | null;
  /** What the weights are, such as "untrained demonstration weights"; null for trained ones. */
  readonly weights: string | null;
  /** Where the definition of its preprocessing lies, from the bundle's root. */
  readonly preprocess: (FileDigest & { readonly path: string }) | null;
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
  readonly schema_version: 2;
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
export interface UsableModel extends Omit<BundledModel, "preprocess"> {
  readonly id: string;
  readonly preprocess: Preprocess;
}

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
    found.schema_version !== 2 ||
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
 * The first model of a kind with its preprocessing, or null. Throws ManifestError when it
 * contradicts itself, EngineError `file-refused` when the definition is not the verified one.
 */
export async function modelOf(
  manifest: Manifest,
  kind: "classifier" | "autoencoder",
  base: string,
): Promise<UsableModel | null> {
  const [id, model] = Object.entries(manifest.models).find(([, one]) => one.kind === kind) ?? [];
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
  return { ...model, id, preprocess };
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
