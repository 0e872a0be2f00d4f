import * as tf from "@tensorflow/tfjs-core";

import { ownBackend } from "./backend.js";
import type { ContextGuard } from "./context.js";
import type { Model } from "./model.js";
import { runModel, type Inputs } from "./run.js";

/** What all calls of one kernel took together. */
export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** One run of a model, kernel by kernel, the longest first. */
export interface Profile {
  readonly kernels: readonly KernelTime[];
  /** The whole run with its measuring, milliseconds. */
  readonly total: number;
  /** How the end of a kernel was told. */
  readonly method: string;
}

/**
 * Runs a model once with a clock around every kernel.
 *
 * Kernels of wasm and cpu end when they return. On WebGL they only queue work, so a value is read
 * back after each one; that makes the run longer, and an upload counts for the kernel that needs it.
 * Errors as in `runModel`.
 */
export async function profileModel(
  model: Model,
  inputs: Inputs,
  guard: ContextGuard,
): Promise<Profile> {
  const backend = tf.getBackend();
  const finish = backend === "webgl" ? readOne : () => undefined;
  const method =
    backend === "webgl" ? "one value read back after each kernel" : "kernels are synchronous";
  const times = new Map<string, { calls: number; milliseconds: number }>();
  const stock = tf.getKernelsForBackend(backend);
  try {
    stock.forEach((config) =>
      replaceKernel({ ...config, kernelFunc: timed(config, times, finish) }),
    );
    const { seconds } = await runModel(model, inputs, guard);
    const kernels = [...times]
      .map(([kernel, time]) => ({ kernel, ...time }))
      .sort((one, other) => other.milliseconds - one.milliseconds);
    return { kernels, total: seconds * 1000, method };
  } finally {
    stock.forEach(replaceKernel);
  }
}

function timed(
  config: tf.KernelConfig,
  times: Map<string, { calls: number; milliseconds: number }>,
  finish: () => void,
): tf.KernelFunc {
  return (call) => {
    const start = performance.now();
    const result = config.kernelFunc(call);
    finish();
    const time = times.get(config.kernelName) ?? { calls: 0, milliseconds: 0 };
    times.set(config.kernelName, {
      calls: time.calls + 1,
      milliseconds: time.milliseconds + performance.now() - start,
    });
    return result;
  };
}

function replaceKernel(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}

/** Waits for the GPU: `finish` alone may return early, a value cannot. */
function readOne(): void {
  const gl = ownBackend().getGPGPUContext().gl as WebGL2RenderingContext;
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4));
}
