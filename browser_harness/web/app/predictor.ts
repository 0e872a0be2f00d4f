import {
  accepts,
  calibrateOutputs,
  disposeModel,
  EngineError,
  loadModel,
  runModel,
  scoreOf,
  startBackend,
  warmUp,
  type Backend,
  type BackendEnvironment,
  type BackendName,
  type Calibration,
  type FileListing,
  type GateDocument,
  type Model,
  type Preprocess,
  type Progress,
  type Reconstructed,
  type Values,
} from "../engine/index.js";
import {
  ManifestError,
  modelOf,
  requireHeeded,
  type Manifest,
  type UsableModel,
} from "./manifest.js";

/** A square gray image with values in [low, high]. */
export interface Square {
  readonly size: number;
  readonly values: Values;
  readonly low: number;
  readonly high: number;
}

/** One finding: the model's output, and where it stands on the calibrated scale. */
export interface Finding {
  readonly label: string;
  /** 0 to 1, as the model gives it. */
  readonly output: number;
  /** Null in a release without operating points. */
  readonly standing: Calibrated | Uncalibrated | null;
}

/** By Equation 1: 0.5 at the operating point. */
export interface Calibrated {
  readonly calibrated: number;
  /** Whether the output reaches the operating point. */
  readonly reached: boolean;
}

/** Without an operating point, and why. */
export interface Uncalibrated {
  readonly reason: string;
}

/** What the gate made of an image. */
export interface Check {
  readonly gate: GateDocument;
  readonly score: number;
  readonly accepted: boolean;
}

/** What the models say about an image. */
export interface Seen {
  readonly input: Square;
  /** Null in a release without an autoencoder. */
  readonly rebuilt: Rebuilt | null;
  /** Null in a release without a gate: nothing was checked. */
  readonly check: Check | null;
  /** Null for an image that the gate refuses: the classifier did not run. */
  readonly findings: readonly Finding[] | null;
  /** The classifier's operating points, if the release has them. */
  readonly calibration: Calibration | null;
  /** Seconds for all models that ran, readback included. */
  readonly seconds: number;
}

/** The autoencoder's input and what it makes of it. */
export interface Rebuilt {
  readonly image: Square;
  readonly reconstruction: Square;
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
    requireHeeded(manifest);
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

  /**
   * Runs the autoencoder, then, unless the gate refuses the image, the classifier.
   *
   * Throws UnfitOutput or EngineError; never returns doubtful numbers.
   */
  async predict(inputs: readonly Float32Array[]): Promise<Seen> {
    const [image, small] = inputs;
    const about = this.classifier.about;
    const rebuilding = this.autoencoder;
    const rebuilt = rebuilding && (await this.rebuild(rebuilding, small));
    const check = rebuilt?.check ?? null;
    const refused = check !== null && !check.accepted;
    const found = refused ? null : await this.run(this.classifier, image);
    return {
      input: squareOf(about, given(about, image)),
      rebuilt: rebuilt && rebuilt.pictures,
      check,
      findings: found && findingsOf(about, found.output("probabilities")),
      calibration: about.calibration,
      seconds: (rebuilt?.seconds ?? 0) + (found?.seconds ?? 0),
    };
  }

  /** Frees the models. */
  close(): void {
    disposeModel(this.classifier.model);
    if (this.autoencoder) disposeModel(this.autoencoder.model);
  }

  private async rebuild(model: Loaded, input: Float32Array | undefined) {
    const { about } = model;
    const image = squareOf(about, given(about, input));
    const { output, seconds } = await this.run(model, input);
    const reconstruction = squareOf(about, output("reconstruction"));
    const pictures: Rebuilt = { image, reconstruction };
    const gate = about.gate;
    if (!gate) return { pictures, check: null, seconds };
    const latent = gate.score === "latent" ? output("latent") : new Float32Array();
    const score = scoreOf(gate.score, pairOf(pictures), Float32Array.from(latent));
    return { pictures, check: { gate, score, accepted: accepts(gate, score) }, seconds };
  }

  /** Runs a model; all its outputs are finite numbers, and what `output` gives says something. */
  private async run({ about, model }: Loaded, input: Float32Array | undefined) {
    const inputs = new Map([[about.signature.inputs[0]?.name ?? "", given(about, input)]]);
    const { outputs, seconds } = await runModel(model, inputs, this.backend.guard);
    outputs.forEach(({ values }) => requireFinite(values, about.title));
    const output = (name: string): Values => {
      const values = outputs.find(({ spec }) => spec.name === name)?.values;
      if (!values) throw new EngineError("output-refused", `${about.id} has no output ${name}`);
      requireVaried(values, about.title);
      return values;
    };
    return { output, seconds };
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

function given(about: UsableModel, input: Float32Array | undefined): Float32Array {
  if (!input) throw new EngineError("internal", `no input was prepared for ${about.id}`);
  return input;
}

function findingsOf({ labels, calibration }: UsableModel, outputs: Values): Finding[] {
  if (!outputs.every((value) => value >= 0 && value <= 1)) {
    throw new UnfitOutput("The classifier gave values outside 0 to 1; they are not shown.");
  }
  const points = calibration?.points ?? [];
  const thresholds = points.map((point) => ("threshold" in point ? point.threshold : null));
  const calibrated = calibration && calibrateOutputs(outputs, thresholds);
  return (labels ?? []).map((label, i) => {
    const [output, point] = [outputs[i] ?? NaN, points[i]];
    if (!point) return { label, output, standing: null };
    const standing =
      "threshold" in point
        ? { calibrated: calibrated?.[i] ?? NaN, reached: output >= point.threshold }
        : { reason: point.reason };
    return { label, output, standing };
  });
}

function pairOf({ image, reconstruction }: Rebuilt): Reconstructed {
  const [width, height] = [image.size, image.size];
  return { width, height, image: floats(image), reconstruction: floats(reconstruction) };
}

function floats({ values }: Square): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
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
