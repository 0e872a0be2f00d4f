import {
  disposeModel,
  EngineError,
  loadModel,
  preprocess,
  runModel,
  startBackend,
  type Backend,
  type BackendEnvironment,
  type BackendName,
  type Grey,
  type Model,
  type Progress,
  type Values,
} from "../engine/index.js";
import { modelOf, type Manifest, type UsableModel } from "./manifest.js";

/** A square grey picture with values in [low, high]. */
export interface Picture {
  readonly size: number;
  readonly values: Values;
  readonly low: number;
  readonly high: number;
}

/** What both models say about an image. */
export interface Prediction {
  readonly findings: readonly { readonly label: string; readonly value: number }[];
  readonly input: Picture;
  readonly reconstruction: Picture;
  /** Seconds for both models, readback included. */
  readonly seconds: number;
}

/** Outputs that must not be shown; the message is for the user. */
export class UnfitOutput extends Error {
  override readonly name = "UnfitOutput";
}

/** Both models on one backend. */
export class Predictor {
  private constructor(
    private readonly backend: Backend,
    private readonly classifier: Loaded,
    private readonly autoencoder: Loaded,
  ) {}

  /** Starts exactly this backend and loads both models, verifying every file. */
  static async open(
    manifest: Manifest,
    name: BackendName,
    base: string,
    progress: Progress,
  ): Promise<Predictor> {
    const wanted = [modelOf(manifest, "autoencoder"), modelOf(manifest, "classifier")] as const;
    const backend = await startBackend({ backend: name, threads: null, wasmPath: base });
    const [autoencoder, classifier] = await loadBoth(wanted, base, progress);
    return new Predictor(backend, classifier, autoencoder);
  }

  get environment(): BackendEnvironment {
    return this.backend.environment;
  }

  /** Runs both models. Throws UnfitOutput or EngineError; never returns doubtful numbers. */
  async predict(image: Grey): Promise<Prediction> {
    const seen = await this.run(this.classifier, image, "probabilities");
    const rebuilt = await this.run(this.autoencoder, image, "reconstruction");
    if (!seen.output.every((value) => value >= 0 && value <= 1)) {
      throw new UnfitOutput("The classifier gave values outside 0 to 1; they are not shown.");
    }
    const labels = this.classifier.about.labels ?? [];
    return {
      findings: labels.map((label, i) => ({ label, value: seen.output[i] ?? NaN })),
      input: pictureOf(this.classifier.about, seen.input),
      reconstruction: pictureOf(this.autoencoder.about, rebuilt.output),
      seconds: seen.seconds + rebuilt.seconds,
    };
  }

  /** Frees both models. */
  close(): void {
    disposeModel(this.classifier.model);
    disposeModel(this.autoencoder.model);
  }

  private async run({ about, model }: Loaded, image: Grey, name: string) {
    const input = preprocess(image, about.preprocess);
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

async function loadBoth(
  wanted: readonly [UsableModel, UsableModel],
  base: string,
  progress: Progress,
): Promise<[Loaded, Loaded]> {
  const done = [0, 0];
  const total = wanted.flatMap((one) => Object.values(one.files)).reduce((n, f) => n + f.bytes, 0);
  const load = async (about: UsableModel, index: number): Promise<Loaded> => {
    const { files, signature } = about;
    const model = await loadModel({ baseUrl: base + about.path, files, signature }, (bytes) => {
      done[index] = bytes;
      progress((done[0] ?? 0) + (done[1] ?? 0), total);
    });
    return { about, model };
  };
  const first = await load(wanted[0], 0);
  try {
    return [first, await load(wanted[1], 1)];
  } catch (error) {
    disposeModel(first.model);
    throw error;
  }
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
function pictureOf(about: UsableModel, values: Values): Picture {
  const size = Math.round(Math.sqrt(values.length / channelsOf(about, values)));
  const { low, high } = about.preprocess;
  return { size, values: values.subarray(0, size * size), low, high };
}

function channelsOf(about: UsableModel, values: Values): number {
  const { channels, size } = about.preprocess;
  return values.length === channels * size * size ? channels : 1;
}
