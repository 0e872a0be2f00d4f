import * as tf from "@tensorflow/tfjs-core";
import type { GPGPUProgram, MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl";

import { engineKernelsRun, replaceKernel, type KernelCall } from "./own_kernels.js";
import {
  ChannelwiseProgram,
  JoinProgram,
  PairwiseProgram,
  RescaleProgram,
} from "./webgl_programs.js";

const SHAPES_AS_UNIFORMS = "WEBGL_USE_SHAPES_UNIFORMS";
const ARITHMETIC: Readonly<Record<string, string>> = {
  [tf.Add]: "a + b",
  [tf.Sub]: "a - b",
  [tf.Multiply]: "a * b",
};
/** Kernels of one input whose texels lie as the output's do: uniforms cost them nothing. */
const POINTWISE = [tf.Relu, tf.Relu6, tf.Sigmoid, tf.Tanh, tf.Elu, tf.Abs, tf.Neg, tf.Exp, tf.Sqrt];
/** Texels up to which a shader counts in float without doubt. */
const MOST_TEXELS = 2 ** 22;
const MOST_JOINED = 8;
let installed = false;

/**
 * Lets TF.js compile one WebGL program per kind of operation where its own kernels compile one per
 * shape, wherever that leaves the steady state as fast; measured in README.md.
 *
 * Sums and products (same shape, or one value per channel), depthwise 1x1 convolutions and
 * concatenations along the channels get programs of ours; pointwise functions and uploads take
 * TF.js's own programs with shapes as uniforms; convolutions and everything else stay as they are.
 * Results are the same numbers.
 */
export function installWebGLKernels(backend: MathBackendWebGL): void {
  // Our programs are for packed textures.
  if (installed || !tf.env().getBool("WEBGL_PACK")) return;
  installed = true;
  shareUploads(backend);
  for (const name of POINTWISE)
    replaceKernel(name, "webgl", (stock) => (call) => withUniforms(() => stock(call)));
  for (const [name, expression] of Object.entries(ARITHMETIC)) {
    replaceKernel(name, "webgl", (stock) => (call) => arithmetic(call, expression) ?? stock(call));
  }
  replaceKernel(tf.Concat, "webgl", (stock) => (call) => join(call) ?? stock(call));
  for (const name of [tf.DepthwiseConv2dNative, tf.FusedDepthwiseConv2D]) {
    replaceKernel(name, "webgl", (stock) => (call) => rescale(call) ?? stock(call));
  }
}

/** Weights are encoded once each, so what their programs cost per texel does not matter. */
function shareUploads(backend: MathBackendWebGL): void {
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (data) =>
    engineKernelsRun() ? withUniforms(() => upload(data)) : upload(data);
}

function withUniforms<T>(work: () => T): T {
  const before = tf.env().getBool(SHAPES_AS_UNIFORMS);
  tf.env().set(SHAPES_AS_UNIFORMS, true);
  try {
    return work();
  } finally {
    tf.env().set(SHAPES_AS_UNIFORMS, before);
  }
}

function arithmetic(call: KernelCall, expression: string): tf.TensorInfo | null {
  const backend = call.backend as MathBackendWebGL;
  const [a, b] = [call.inputs.a, call.inputs.b];
  if (!a || !b || !fits(a) || b.dtype !== "float32") return null;
  if (backend.shouldExecuteOnCPU([a, b])) return null;
  if (tf.util.arraysEqual(a.shape, b.shape)) {
    return run(backend, new PairwiseProgram(a.shape, expression), [a, b]);
  }
  const channels = a.shape[3];
  const channelwise = b.shape.length > 0 && tf.util.sizeFromShape(b.shape) === channels;
  if (!channelwise || channels === 1 || b.shape.at(-1) !== channels) return null;
  return run(backend, new ChannelwiseProgram(a.shape, expression), [a, b], [texelsAcross(a)]);
}

function join(call: KernelCall): tf.TensorInfo | null {
  const backend = call.backend as MathBackendWebGL;
  const inputs = Object.values(call.inputs) as tf.TensorInfo[];
  const first = inputs[0];
  const axis = Number(call.attrs?.axis);
  if (!first || (axis !== 3 && axis !== -1)) return null;
  if (inputs.length < 2 || inputs.length > MOST_JOINED || !inputs.every(fits)) return null;
  if (inputs.slice(0, -1).some(({ shape }) => (shape[3] ?? 1) % 2 !== 0)) return null;
  if (backend.shouldExecuteOnCPU(inputs)) return null;
  const shape = tf.backend_util.computeOutShape(
    inputs.map((input) => input.shape),
    3,
  );
  if (!fits({ ...first, shape })) return null;
  const widths = [{ shape }, ...inputs].map(texelsAcross);
  return run(backend, new JoinProgram(shape, inputs.length), inputs, widths);
}

function rescale(call: KernelCall): tf.TensorInfo | null {
  const backend = call.backend as MathBackendWebGL;
  const { x, filter, bias, preluActivationWeights } = call.inputs;
  const { strides, pad, dataFormat, activation } = (call.attrs ?? {}) as Record<string, unknown>;
  if (!x || !filter || preluActivationWeights || !fits(x) || filter.dtype !== "float32")
    return null;
  const channels = x.shape[3] ?? 0;
  const byChannel = tf.util.arraysEqual(filter.shape, [1, 1, channels, 1]);
  const padded = [pad].flat(2).some((edge) => edge !== "same" && edge !== "valid" && edge !== 0);
  const unmoved = [strides].flat().every((stride) => stride === 1) && !padded;
  const relu = activation === "relu";
  if (!byChannel || !unmoved || dataFormat === "NCHW") return null;
  if (activation && activation !== "linear" && !relu) return null;
  if (channels === 1 || (bias && !tf.util.arraysEqual(bias.shape, [channels]))) return null;
  const program = new RescaleProgram(x.shape, { bias: bias !== undefined && bias !== null, relu });
  return run(backend, program, bias ? [x, filter, bias] : [x, filter], [texelsAcross(x)]);
}

/** Whether our programs can hold it: a batch of images in float32. */
function fits({ shape, dtype }: tf.TensorInfo): boolean {
  const texels = tf.util.sizeFromShape(shape) / 2; // at worst, when a dimension is 1
  return dtype === "float32" && shape.length === 4 && texels > 0 && texels <= MOST_TEXELS;
}

function texelsAcross({ shape }: { readonly shape: number[] }): number {
  return Math.ceil((shape[3] ?? 1) / 2);
}

function run(
  backend: MathBackendWebGL,
  program: GPGPUProgram,
  inputs: tf.TensorInfo[],
  uniforms: readonly number[] = [],
): tf.TensorInfo {
  return backend.runWebGLProgram(
    program,
    inputs,
    "float32",
    uniforms.map((value) => [value]),
  );
}
