import * as tf from "@tensorflow/tfjs-core";

import type { ContextGuard } from "./context.js";
import { EngineError, wordsOf } from "../errors.js";
import type { Model } from "./model.js";
import { describe, sizeOf, type TensorSpec, type Values } from "../types.js";

/** The integers that a browser's tensors hold; those of 64 bits have to fit. */
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;

/** Inputs by signature name. */
export type Inputs = ReadonlyMap<string, Values>;

/** One output: its declared spec and its values, non-finite ones included. */
export interface Output {
  readonly spec: TensorSpec;
  readonly values: Values;
}

/** What TF.js holds at one moment. */
export interface Memory {
  readonly tensors: number;
  readonly bytes: number;
  readonly bytesOnGpu: number | null;
}

/** One execution: from handing over the inputs until the outputs are read back, in seconds. */
export interface RunResult {
  readonly outputs: readonly Output[];
  readonly seconds: number;
  readonly memoryBefore: Memory;
  readonly memoryAfter: Memory;
}

/**
 * Runs a model once.
 *
 * Values come back as they are: NaN and infinities are results. Throws EngineError `input-refused`,
 * `output-refused`, `execution-failed` or `context-lost`.
 */
export async function runModel(
  model: Model,
  inputs: Inputs,
  guard: ContextGuard,
): Promise<RunResult> {
  requireInputs(model.signature.inputs, inputs);
  guard.check();
  const memoryBefore = memoryNow();
  const start = performance.now();
  const outputs = await execute(model, inputs, guard);
  const seconds = (performance.now() - start) / 1000;
  return { outputs, seconds, memoryBefore, memoryAfter: memoryNow() };
}

/** Tensors and bytes that TF.js holds now. */
export function memoryNow(): Memory {
  const found = tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number };
  return {
    tensors: found.numTensors,
    bytes: found.numBytes,
    bytesOnGpu: found.numBytesInGPU ?? null,
  };
}

async function execute(model: Model, inputs: Inputs, guard: ContextGuard): Promise<Output[]> {
  const live: tf.Tensor[] = [];
  try {
    const feeds = feedsOf(model, inputs, live);
    const results = model.graph.execute(feeds, [...model.names.outputs.values()]);
    const tensors = Array.isArray(results) ? results : [results];
    live.push(...tensors);
    const pairs = model.signature.outputs.map((spec, i) => requireOutput(spec, tensors[i]));
    const values = await guard.during(Promise.all(pairs.map(([, tensor]) => tensor.data())));
    return pairs.map(([spec], i) => ({ spec, values: inDType(spec, values[i] as Values) }));
  } catch (error) {
    guard.check();
    if (error instanceof EngineError) throw error;
    throw new EngineError("execution-failed", `the graph did not run: ${wordsOf(error)}`);
  } finally {
    tf.dispose(live);
  }
}

/** On cpu, TF.js casts integers to float32 by name only: the numbers are still an Int32Array. */
function inDType(spec: TensorSpec, values: Values): Values {
  const named = spec.dtype === "float32" && !(values instanceof Float32Array);
  return named ? Float32Array.from(values) : values;
}

function feedsOf(model: Model, inputs: Inputs, live: tf.Tensor[]): tf.NamedTensorMap {
  const feeds: tf.NamedTensorMap = {};
  for (const spec of model.signature.inputs) {
    const tensor = tf.tensor(inputs.get(spec.name) as Values, [...spec.shape], spec.dtype);
    live.push(tensor);
    feeds[model.names.inputs.get(spec.name) as string] = tensor;
  }
  return feeds;
}

/** Checks that inputs are those of a signature. Throws EngineError `input-refused`. */
export function requireInputs(specs: readonly TensorSpec[], inputs: Inputs): void {
  const expected = specs.map((spec) => spec.name);
  if (inputs.size !== specs.length || !expected.every((name) => inputs.has(name))) {
    const found = [...inputs.keys()].join(", ") || "none";
    throw new EngineError(
      "input-refused",
      `inputs ${expected.join(", ")} expected, ${found} given`,
    );
  }
  for (const spec of specs) {
    const found = inputs.get(spec.name)?.length ?? 0;
    if (found !== sizeOf(spec.shape)) {
      throw new EngineError("input-refused", `${describe(spec)} expected, ${found} values given`);
    }
    if (spec.dtype === "int32") requireIntegers(spec, inputs.get(spec.name) as Values);
  }
}

/** Checks integers: in the declared range, or int32's, and such as the backend holds exactly. */
function requireIntegers(spec: TensorSpec, values: Values): void {
  const [low, high] = spec.values ?? INT32;
  const rounds = tf.getBackend() === "webgl"; // whose integers are numbers of float32
  for (const value of values) {
    if (!Number.isInteger(value) || value < low || value > high) {
      const words = `${describe(spec)} holds ${value}, it goes from ${low} to ${high}`;
      throw new EngineError("input-refused", words);
    }
    if (rounds && Math.fround(value) !== value) {
      const words = `${describe(spec)} holds ${value}, which webgl would round: use wasm`;
      throw new EngineError("input-refused", words);
    }
  }
}

function requireOutput(
  spec: TensorSpec,
  tensor: tf.Tensor | undefined,
): readonly [TensorSpec, tf.Tensor] {
  const same =
    tensor?.dtype === spec.dtype &&
    tensor.shape.length === spec.shape.length &&
    tensor.shape.every((size, axis) => size === spec.shape[axis]);
  if (!tensor || !same) {
    const found = tensor ? `${tensor.dtype}[${tensor.shape.join(", ")}]` : "nothing";
    throw new EngineError("output-refused", `output ${describe(spec)} expected, ${found} came out`);
  }
  return [spec, tensor];
}
