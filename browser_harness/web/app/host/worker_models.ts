import {
  disposeModel,
  EngineError,
  loadModel,
  requireDigest,
  runModel,
  startBackend,
  warmUp,
  type Backend,
  type BackendEnvironment,
  type FileDigest,
  type Inputs,
  type Model,
  type Values,
} from "../../engine/index.js";
import { UnfitOutput } from "./errors.js";
import type { Open } from "./protocol.js";
import { plansOf, type ModelPlan } from "./release.js";

/** What a run gave: all of it finite, and what `output` gives is not one value everywhere. */
export interface Fit {
  readonly output: (name: string) => Values;
  readonly seconds: number;
}

/** The models of a release on one backend, in the worker. */
export class Models {
  private constructor(
    private readonly backend: Backend,
    private readonly models: ReadonlyMap<string, Model>,
  ) {}

  /** Starts exactly this backend and loads the models from checked files. Throws EngineError. */
  static async open({ backend, threads, base, release, blobs }: Open): Promise<Models> {
    const started = await startBackend({ backend, threads, wasmPath: base });
    const read = (file: FileDigest, label: string) => contentOf(blobs, file, label);
    const models = new Map<string, Model>();
    try {
      for (const { id, signature, files } of plansOf(release)) {
        const request = { baseUrl: base, files, signature, read };
        models.set(id, await labelled(id, loadModel(request)));
      }
      return new Models(started, models);
    } catch (error) {
      models.forEach(disposeModel);
      throw error;
    }
  }

  get environment(): BackendEnvironment {
    return this.backend.environment;
  }

  /** Makes the first run as quick as the later ones. Throws EngineError. */
  async warmUp(id: string): Promise<void> {
    await warmUp(this.model(id), this.backend);
  }

  /** Outputs as they are, non-finite ones included, by name. Throws EngineError. */
  async outputs(id: string, inputs: Inputs): Promise<ReadonlyMap<string, Values>> {
    const { outputs } = await runModel(this.model(id), inputs, this.backend.guard);
    return new Map(outputs.map(({ spec, values }) => [spec.name, values]));
  }

  /** Throws UnfitOutput or EngineError. */
  async run({ id, title }: ModelPlan, inputs: Inputs): Promise<Fit> {
    const start = performance.now();
    const outputs = await this.outputs(id, inputs);
    const seconds = (performance.now() - start) / 1000;
    outputs.forEach((values) => requireFinite(values, title));
    const output = (name: string): Values => {
      const values = outputs.get(name);
      if (!values) throw new EngineError("output-refused", `${id} has no output ${name}`);
      requireVaried(values, title);
      return values;
    };
    return { output, seconds };
  }

  /** Seconds of one run on zeros, readback included. Throws EngineError. */
  async time({ id, signature }: ModelPlan): Promise<number> {
    const inputs = new Map<string, Values>();
    for (const { name, shape } of signature.inputs) {
      inputs.set(name, new Float32Array(shape.reduce((product, size) => product * size, 1)));
    }
    const start = performance.now();
    await this.outputs(id, inputs);
    return (performance.now() - start) / 1000;
  }

  private model(id: string): Model {
    const model = this.models.get(id);
    if (!model) throw new EngineError("not-open", `${id} is not loaded`);
    return model;
  }
}

/** A file's bytes, checked where they are used. Throws EngineError `file-refused`. */
export async function contentOf(
  blobs: ReadonlyMap<string, Blob>,
  file: FileDigest,
  label: string,
): Promise<ArrayBuffer> {
  const blob = blobs.get(file.sha256);
  if (!blob) throw new EngineError("file-refused", `${label}: not fetched`, { file: label });
  const content = await blob.arrayBuffer();
  await requireDigest(content, file, label);
  return content;
}

/** Names the model in what is said about its files. */
async function labelled<T>(id: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `${id}: ${error.message}`, { ...error.facts, model: id });
  }
}

function requireFinite(values: Values, title: string): void {
  if (values.length > 0 && values.every((value) => Number.isFinite(value))) return;
  const words = `${title} gave values that are not numbers; nothing is shown.`;
  throw new UnfitOutput("not-finite", words, { model: title });
}

function requireVaried(values: Values, title: string): void {
  if (values.length < 2 || values.some((value) => value !== values[0])) return;
  const words = `${title} gave one and the same value everywhere; nothing is shown.`;
  throw new UnfitOutput("constant", words, { model: title });
}
