// Twin: browser_harness/serve/assets.py.

import * as tf from "@tensorflow/tfjs-core";
import { kernels, operators } from "kernels:engine";

import { EngineError, wordsOf } from "../errors.js";

const RUN_HERE = new Set(operators);

kernels.forEach(tf.registerKernel);

/**
 * Sees to the kernels of a graph's operators.
 *
 * engine.js has those of most models; the others are fetched on first need. Throws EngineError
 * `unreachable`.
 */
export async function requireKernelsOf(graph: readonly string[]): Promise<void> {
  const others = [...new Set(graph)].filter((operator) => !RUN_HERE.has(operator));
  if (others.length === 0) return;
  await requireAllKernels(`the operator${others.length > 1 ? "s" : ""} ${others.join(", ")}`);
}

/** Sees to all kernels that TF.js has, for `user`, as errors name it. Throws as above. */
export function requireAllKernels(user: string): Promise<unknown> {
  return part("engine.kernels.js", user, () => import("./kernels.js"));
}

/** A part of the engine that is fetched on first need. Throws EngineError `unreachable`. */
export async function part<T>(file: string, user: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const message = `${file}, which ${user} needs, was not loaded (${wordsOf(error)})`;
    throw new EngineError("unreachable", message, { file });
  }
}
