import * as tf from "@tensorflow/tfjs-core";
import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl";

import { ownBackend, type Backend } from "./backend.js";
import type { ContextGuard } from "./context.js";
import { EngineError, wordsOf } from "../errors.js";
import { stopsIn } from "./graph.js";
import type { Model } from "./model.js";

const COMPILE_ONLY = "ENGINE_COMPILE_ONLY";
const NODES_AT_A_TIME = 12;
const MOST_ALIVE = 6;

/** What warming up took. */
export interface WarmUp {
  /** Seconds until the model was warm. */
  readonly seconds: number;
  /** The longest time, in seconds, for which the page's thread was held without a pause. */
  readonly longestBlock: number;
  /** WebGL programs that were compiled for this model; null on other backends. */
  readonly programs: number | null;
  /** Why nothing was done; null where something was. */
  readonly skipped: string | null;
}

/**
 * Makes the first run of a model as quick as the later ones.
 *
 * On WebGL every program is handed to the driver before any result is waited for, so that a driver
 * that can compiles them in parallel; then the model runs once on zeros, a few nodes at a time with
 * the page free in between, because weights are uploaded and some drivers finish compiling on the
 * first use only. Nothing stays behind but programs and uploaded weights. Other backends have
 * nothing to compile.
 *
 * Throws EngineError `execution-failed` or `context-lost`.
 */
export async function warmUp(model: Model, { environment, guard }: Backend): Promise<WarmUp> {
  if (environment.backend !== "webgl") {
    const skipped = `${environment.backend} compiles nothing per model`;
    return { seconds: 0, longestBlock: 0, programs: null, skipped };
  }
  guard.check();
  const webgl = ownBackend();
  const before = programsOf(webgl);
  const start = performance.now();
  const clock = new BlockClock();
  try {
    await clock.measure(() => computeConstants(model));
    await clock.measure(() => compile(model));
    await guard.during(webgl.checkCompileCompletionAsync());
    await clock.measure(() => webgl.getUniformLocations());
    await runInParts(model, webgl, guard, clock);
  } catch (error) {
    guard.check();
    if (error instanceof EngineError) throw error;
    throw new EngineError("execution-failed", `warming up failed: ${wordsOf(error)}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const programs = programsOf(webgl) - before;
  return { seconds, longestBlock: clock.longest, programs, skipped: null };
}

/** Measures how long work holds the page's thread, and lets the page breathe after it. */
class BlockClock {
  longest = 0;

  async measure<T>(work: () => T): Promise<T> {
    const start = performance.now();
    const result = work();
    this.longest = Math.max(this.longest, (performance.now() - start) / 1000);
    await new Promise((resolve) => setTimeout(resolve));
    return result;
  }
}

/**
 * Runs model.json's initializer graph, whose results are constants from then on.
 *
 * TF.js would run it on the first execution, which is the one that computes nothing; it has no
 * public way to run it by itself.
 */
function computeConstants(model: Model): void {
  const graph = model.graph as unknown as {
    resourceIdToCapturedInput: unknown;
    executeInitializerGraph(): tf.Tensor[];
    setResourceIdToCapturedInput(constants: tf.Tensor[]): void;
  };
  if (graph.resourceIdToCapturedInput) return;
  graph.setResourceIdToCapturedInput(graph.executeInitializerGraph());
}

/** Goes through the graph on zeros, compiling every program and computing nothing. */
function compile(model: Model): void {
  tf.env().set(COMPILE_ONLY, true);
  try {
    tf.tidy(() => {
      model.graph.execute(zerosFor(model), [...model.names.outputs.values()]);
    });
  } finally {
    tf.env().set(COMPILE_ONLY, false);
  }
}

async function runInParts(
  model: Model,
  webgl: MathBackendWebGL,
  guard: ContextGuard,
  clock: BlockClock,
): Promise<void> {
  const outputs = [...new Set([...model.names.outputs.values()].map(withoutZero))];
  let feeds = await clock.measure(() => zerosFor(model));
  const about = { inputs: Object.keys(feeds), outputs, size: NODES_AT_A_TIME, width: MOST_ALIVE };
  try {
    for (const alive of [...stopsIn(model.nodes, about), outputs]) {
      feeds = await clock.measure(() => advance(model, feeds, alive));
      await guard.during(webgl.getGPGPUContext().createAndWaitForFence());
    }
    await guard.during(Promise.all(Object.values(feeds).map((tensor) => tensor.data())));
  } finally {
    tf.dispose(feeds);
  }
}

/** The tensors `alive` computed from `feeds`; those of `feeds` that are no more needed are freed. */
function advance(
  model: Model,
  feeds: tf.NamedTensorMap,
  alive: readonly string[],
): tf.NamedTensorMap {
  const next: tf.NamedTensorMap = {};
  const wanted = alive.filter((name) => !(name in feeds));
  // TF.js adds the graph's constants to the map that it is given; ours must not free them.
  const made = wanted.length > 0 ? model.graph.execute({ ...feeds }, wanted) : [];
  wanted.forEach((name, at) => {
    next[name] = (Array.isArray(made) ? made[at] : made) as tf.Tensor;
  });
  for (const [name, tensor] of Object.entries(feeds)) {
    if (alive.includes(name)) next[name] = tensor;
    else tensor.dispose();
  }
  return next;
}

/** A node's first output under the node's own name, so that a tensor has one name only. */
function withoutZero(name: string): string {
  return name.replace(/:0$/, "");
}

function zerosFor(model: Model): tf.NamedTensorMap {
  const feeds: tf.NamedTensorMap = {};
  for (const spec of model.signature.inputs) {
    const zeros = tf.zeros([...spec.shape], spec.dtype);
    feeds[withoutZero(model.names.inputs.get(spec.name) as string)] = zeros;
  }
  return feeds;
}

function programsOf(webgl: MathBackendWebGL): number {
  const { binaryCache } = webgl as unknown as { readonly binaryCache: object };
  return Object.keys(binaryCache).length;
}
