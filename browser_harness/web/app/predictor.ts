import {
  disposeModel,
  EngineError,
  loadModel,
  runModel,
  startBackend,
  warmUp,
  type Backend,
  type BackendEnvironment,
  type BackendName,
  type FileListing,
  type Model,
  type Preprocess,
  type Progress,
  type Values,
} from "../engine/index.js";
import { ManifestError, modelOf, type Manifest, type UsableModel } from "./manifest.js";

/** A square gray image with values in [low, high]. */
export interface Square {
  readonly size: number;
  readonly values: Values;
  readonly low: number;
  readonly high: number;
}

/** What the models say about an image. */
export interface Prediction {
  readonly findings: readonly { readonly label: string; readonly value: number }[];
  readonly input: Square;
  /** Null in a release without an autoencoder. */
  readonly reconstruction: Square | null;
  /** Seconds for all models, readback included. */
  readonly seconds: number;
}

/** Outputs that must not be shown; the message is for the user. */
export class UnfitOutput extends Error {
  override readonly name = "UnfitOutput";
}

/** A classifier, and an autoencoder if the release has one, on one backend. */
export class Predictor {
  private constructor(
    private readonly backend: Backend,
    private readonly classifier: Loaded,
    private readonly autoencoder: Loaded | null,
  ) {}

  /** Starts exactly this backend and loads the models, verifying every file. */
  static async open(
    manifest: Manifest,
    name: BackendName,
    base: string,
    progress: Progress,
  ): Promise<Predictor> {
    const seeing = await modelOf(manifest, "classifier", base);
    const rebuilding = await modelOf(manifest, "autoencoder", base);
    if (!seeing) throw new ManifestError("This release holds no classifier.");
    const threads = name === "wasm" ? manifest.wasm_threads : null;
    const backend = await startBackend({ backend: name, threads, wasmPath: base });
    const wanted = rebuilding ? [seeing, rebuilding] : [seeing];
    const [classifier, autoencoder] = await loadAll(wanted, base, progress);
    if (!classifier) throw new ManifestError("This release holds no classifier.");
    return new Predictor(backend, classifier, autoencoder ?? null);
  }

  get environment(): BackendEnvironment {
    return this.backend.environment;
  }

  /** Makes the first prediction as quick as the later ones. Throws EngineError. */
  async warmUp(): Promise<void> {
    await warmUp(this.classifier.model, this.backend);
    if (this.autoencoder) await warmUp(this.autoencoder.model, this.backend);
  }

  /** How an image becomes each model's input, in the order in which `predict` takes them. */
  get definitions(): Preprocess[] {
    const models = [this.classifier, ...(this.autoencoder ? [this.autoencoder] : [])];
    return models.map(({ about }) => about.preprocess);
  }

  /** Runs the models. Throws UnfitOutput or EngineError; never returns doubtful numbers. */
  async predict(inputs: readonly Float32Array[]): Promise<Prediction> {
    const seen = await this.run(this.classifier, inputs[0], "probabilities");
    const rebuilding = this.autoencoder;
    const rebuilt = rebuilding && (await this.run(rebuilding, inputs[1], "reconstruction"));
    if (!seen.output.every((value) => value >= 0 && value <= 1)) {
      throw new UnfitOutput("The classifier gave values outside 0 to 1; they are not shown.");
    }
    const labels = this.classifier.about.labels ?? [];
    return {
      findings: labels.map((label, i) => ({ label, value: seen.output[i] ?? NaN })),
      input: squareOf(this.classifier.about, seen.input),
      reconstruction: rebuilt && squareOf(rebuilding.about, rebuilt.output),
      seconds: seen.seconds + (rebuilt?.seconds ?? 0),
    };
  }

  /** Frees the models. */
  close(): void {
    disposeModel(this.classifier.model);
    if (this.autoencoder) disposeModel(this.autoencoder.model);
  }

  private async run({ about, model }: Loaded, input: Float32Array | undefined, name: string) {
    if (!input) throw new EngineError("internal", `no input was prepared for ${about.id}`);
    const inputs = new Map([[about.signature.inputs[0]?.name ?? "", input]]);
    const { outputs, seconds } = await runModel(model, inputs, this.backend.guard);
    outputs.forEach(({ values }) => requireFinite(values, about.title));
    const output = outputs.find(({ spec }) => spec.name === name)?.values;
    if (!output) throw new EngineError("output-refused", `${about.id} has no output ${name}`);
    requireVaried(output, about.title);
    return { input, output, seconds };
  }
}

interface Loaded {
  readonly about: UsableModel;
  readonly model: Model;
}

async function loadAll(
  wanted: readonly UsableModel[],
  base: string,
  progress: Progress,
): Promise<Loaded[]> {
  const total = wanted.reduce((sum, one) => sum + bytesOf(one), 0);
  const loaded: Loaded[] = [];
  try {
    for (const about of wanted) {
      const before = loaded.reduce((sum, one) => sum + bytesOf(one.about), 0);
      const { signature } = about;
      const source = { baseUrl: base + about.path, files: filesOf(about, base), signature };
      const model = await loadModel(source, (bytes) => progress(before + bytes, total));
      loaded.push({ about, model });
    }
    return loaded;
  } catch (error) {
    loaded.forEach(({ model }) => disposeModel(model));
    throw error;
  }
}

function filesOf({ files }: UsableModel, base: string): FileListing {
  const located = Object.entries(files).map(([name, { sha256, bytes, path }]) => {
    return [name, { sha256, bytes, ...(path ? { url: base + path } : {}) }] as const;
  });
  return Object.fromEntries(located);
}

function bytesOf(model: UsableModel): number {
  return Object.values(model.files).reduce((sum, file) => sum + file.bytes, 0);
}

function requireFinite(values: Values, title: string): void {
  if (values.length > 0 && values.every((value) => Number.isFinite(value))) return;
  throw new UnfitOutput(`${title} gave values that are not numbers; nothing is shown.`);
}

function requireVaried(values: Values, title: string): void {
  if (values.length < 2 || values.some((value) => value !== values[0])) return;
  throw new UnfitOutput(`${title} gave one and the same value everywhere; nothing is shown.`);
}

/** The first channel of a model's square input or output. */
function squareOf(about: UsableModel, values: Values): Square {
  const size = Math.round(Math.sqrt(values.length / channelsOf(about, values)));
  const { low, high } = about.preprocess;
  return { size, values: values.subarray(0, size * size), low, high };
}

function channelsOf(about: UsableModel, values: Values): number {
  const { channels, size } = about.preprocess;
  return values.length === channels * size * size ? channels : 1;
}
