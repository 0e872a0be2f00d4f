import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";

import type { ContextGuard } from "./context.js";
import { EngineError, wordsOf } from "../errors.js";
import { favourTheFirst } from "./max_pool_gradient.js";
import type { Model } from "./model.js";
import { memoryNow, requireInputs, type Inputs, type Memory, type Output } from "./run.js";
import { describe, sizeOf, type TensorSpec, type Values } from "../types.js";
import { unfused } from "./unfuse.js";

/** The gradient of one logit, and the logits themselves. */
export interface GradientResult {
  readonly gradient: Output;
  readonly logits: Output;
  readonly seconds: number;
  readonly memoryBefore: Memory;
  readonly memoryAfter: Memory;
}

/** Which logit: the output's name, and one value per class, 1 for the wanted one, else 0. */
export interface Selection {
  readonly logits: string;
  readonly oneHot: Float32Array;
}

useFewerKernels();
favourTheFirst();

/**
 * The signed gradient of the selected logit with respect to the model's one input, by `tf.grad`.
 *
 * The paper's way (section 4): TF.js differentiates the loaded graph as it runs. Fused nodes are
 * taken apart first (see `unfused`), and the logit is selected by a product and a sum, because not
 * every backend can differentiate a gather. Seconds are those from handing over the input until
 * gradient and logits are read back.
 *
 * Throws EngineError `input-refused`, `output-refused`, `execution-failed` or `context-lost`.
 */
export async function saliencyByAutodiff(
  model: Model,
  inputs: Inputs,
  selection: Selection,
  guard: ContextGuard,
): Promise<GradientResult> {
  requireInputs(model.signature.inputs, inputs);
  const image = imageOf(model);
  const logits = logitsOf(model, selection);
  guard.check();
  const graph = await unfused(model);
  const memoryBefore = memoryNow();
  const live: tf.Tensor[] = [];
  try {
    const start = performance.now();
    const x = tf.tensor(inputs.get(image.name) as Values, [...image.shape]);
    const oneHot = tf.tensor(selection.oneHot, [...logits.shape]);
    live.push(x, oneHot);
    const wanted = differentiate(x, oneHot, (input) => {
      const feeds = { [model.names.inputs.get(image.name) as string]: input };
      return graph.execute(feeds, model.names.outputs.get(logits.name)) as tf.Tensor;
    });
    live.push(...wanted);
    const read = Promise.all(wanted.map((tensor) => tensor.data()));
    const [slope, scores] = (await guard.during(read)) as [Values, Values];
    const seconds = (performance.now() - start) / 1000;
    tf.dispose(live.splice(0));
    const gradient = { spec: { ...image, name: "gradient" }, values: slope };
    const found = { spec: logits, values: scores };
    return { gradient, logits: found, seconds, memoryBefore, memoryAfter: memoryNow() };
  } catch (error) {
    guard.check();
    if (error instanceof EngineError) throw error;
    throw new EngineError("execution-failed", `no gradient by tf.grad: ${wordsOf(error)}`);
  } finally {
    tf.dispose(live);
  }
}

/** The gradient of the selected logit, and the logits, from one pass forward and one back. */
function differentiate(
  x: tf.Tensor,
  oneHot: tf.Tensor,
  logitsFrom: (input: tf.Tensor) => tf.Tensor,
): [tf.Tensor, tf.Tensor] {
  let logits: tf.Tensor | undefined;
  try {
    const grad = tf.tidy(() => {
      const score = (input: tf.Tensor) => {
        const found = logitsFrom(input);
        logits = tf.keep(found.clone()); // TF.js frees everything else that it made on the way
        return tf.sum(tf.mul(found, oneHot));
      };
      return tf.valueAndGrad(score)(x).grad;
    });
    return [grad, logits as unknown as tf.Tensor];
  } catch (error) {
    logits?.dispose();
    throw error;
  }
}

function imageOf(model: Model): TensorSpec {
  if (model.nodes.filter(({ op }) => op === "Placeholder").length > model.signature.inputs.length) {
    throw new EngineError("input-refused", "this graph computes constants; name the plain model");
  }
  const [image, ...others] = model.signature.inputs;
  if (image?.dtype === "float32" && others.length === 0) return image;
  throw new EngineError("input-refused", "a gradient needs a model with one float32 input");
}

function logitsOf(model: Model, { logits, oneHot }: Selection): TensorSpec {
  const spec = model.signature.outputs.find((one) => one.name === logits);
  if (!spec) throw new EngineError("output-refused", `there is no output ${logits}`);
  const chosen = oneHot.filter((value) => value !== 0);
  if (oneHot.length !== sizeOf(spec.shape) || chosen.length !== 1 || chosen[0] !== 1) {
    throw new EngineError("input-refused", `one class of ${describe(spec)} has to be chosen`);
  }
  return spec;
}

/**
 * Gradients of TF.js's that call kernels which not every backend has, in terms of ones that all have.
 *
 * A depthwise convolution's needs a kernel that wasm lacks. With a 1x1 filter of one value per
 * channel (a batch normalisation) it is a product.
 */
function useFewerKernels(): void {
  const stock = tf.getGradient(tf.DepthwiseConv2dNative);
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const slope = dy as tf.Tensor4D;
      const channels = x.shape[3];
      const byChannel = tf.util.arraysEqual(filter.shape, [1, 1, channels, 1]);
      if (!byChannel || !tf.util.arraysEqual(slope.shape, x.shape)) {
        return stock.gradFunc(dy, saved, attrs);
      }
      const factors = () => tf.reshape(filter, [channels]);
      return {
        x: () => tf.mul(slope, factors()),
        filter: () => tf.reshape(tf.sum(tf.mul(slope, x), [0, 1, 2]), filter.shape),
      };
    },
  });
}
