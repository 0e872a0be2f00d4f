import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-web";

import { EngineError, fetchVerified, wordsOf, type Values } from "../engine/index.js";
import type { OnnxSource } from "./contract.js";

type Runtime = typeof import("onnxruntime-web");

/** A model in onnxruntime-web, and how to make its tensors. */
export interface OnnxModel {
  readonly session: InferenceSession;
  readonly runtime: Runtime;
}

/** Values with the shape that an ONNX model wants them in. */
export interface Shaped {
  readonly values: Values;
  readonly shape: readonly number[];
}

/** Loads onnxruntime-web (wasm) and makes a session of a verified file. Throws EngineError. */
export async function openOnnx(source: OnnxSource): Promise<OnnxModel> {
  const bytes = await fetchVerified(source.url, source.file, "the ONNX file");
  try {
    const runtime = (await import(`${source.runtime}ort.wasm.min.mjs`)) as Runtime;
    runtime.env.wasm.wasmPaths = source.runtime;
    runtime.env.wasm.numThreads = source.threads;
    runtime.env.wasm.proxy = false;
    const options: InferenceSession.SessionOptions = { executionProviders: ["wasm"] };
    const session = await runtime.InferenceSession.create(new Uint8Array(bytes), options);
    if (runtime.env.wasm.numThreads !== source.threads) {
      throw new EngineError(
        "threads-refused",
        `${source.threads} threads were asked for, onnxruntime-web took ${runtime.env.wasm.numThreads}`,
      );
    }
    return { session, runtime };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("execution-failed", `onnxruntime-web did not start: ${wordsOf(error)}`);
  }
}

/** Runs it once. Throws EngineError `execution-failed`. */
export async function runOnnx(
  { session, runtime }: OnnxModel,
  inputs: ReadonlyMap<string, Shaped>,
  wanted: readonly string[] | null,
): Promise<Map<string, TypedTensor<"float32">>> {
  const feeds: Record<string, Tensor> = {};
  for (const [name, { values, shape }] of inputs) {
    if (!(values instanceof Float32Array)) {
      throw new EngineError("input-refused", `input ${name} is not float32`);
    }
    feeds[name] = new runtime.Tensor("float32", values, shape);
  }
  try {
    const results = wanted ? await session.run(feeds, [...wanted]) : await session.run(feeds);
    return new Map(Object.entries(results) as [string, TypedTensor<"float32">][]);
  } catch (error) {
    throw new EngineError("execution-failed", `onnxruntime-web: ${wordsOf(error)}`);
  }
}
