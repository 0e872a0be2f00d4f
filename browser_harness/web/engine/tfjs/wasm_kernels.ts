import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

import { replaceKernel, type Kernel } from "./own_kernels.js";

let installed = false;

/**
 * Cutting and joining tensors on wasm without leaving its memory.
 *
 * TF.js's own kernels copy the whole input out of wasm's memory and make an object for every run of
 * the last axis. In a gradient that is a tenth of the time; moving bytes in place takes a seventh
 * of it.
 */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  replaceKernel(tf.Slice, "wasm", () => slice);
  replaceKernel(tf.SplitV, "wasm", () => split);
  replaceKernel(tf.Concat, "wasm", () => concat);
}

interface Call<I, A> {
  readonly inputs: I;
  readonly attrs: A;
  readonly backend: BackendWasm;
}

/** All of wasm's memory; a view that is stale as soon as a tensor is made. */
function memoryOf(backend: BackendWasm): Uint8Array {
  return (backend.wasm as unknown as { readonly HEAPU8: Uint8Array }).HEAPU8;
}

const slice: Kernel = (call) => {
  const { inputs, attrs, backend } = call as unknown as Call<
    { x: tf.TensorInfo },
    { begin: number | number[]; size: number | number[] }
  >;
  const { x } = inputs;
  const parsed = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size);
  const [begin, size] = parsed as [number[], number[]];
  tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
  return cut(backend, x, begin, size);
};

const split: Kernel = (call) => {
  const { inputs, attrs, backend } = call as unknown as Call<
    { x: tf.TensorInfo },
    { numOrSizeSplits: number | number[]; axis: number }
  >;
  const { x } = inputs;
  const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0] ?? 0;
  const parts = tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits, axis);
  const begin = x.shape.map(() => 0);
  return parts.map((part) => {
    const size = x.shape.map((length, i) => (i === axis ? part : length));
    const piece = cut(backend, x, begin, size);
    begin[axis] = (begin[axis] ?? 0) + part;
    return piece;
  });
};

/** A block: runs behind the last axis that is cut are contiguous, and are moved in one piece. */
function cut(
  backend: BackendWasm,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput([...size], x.dtype);
  if (tf.util.sizeFromShape([...size]) === 0) return out;
  const bytes = tf.util.bytesPerElement(x.dtype);
  const strides = stridesOf(x.shape, bytes);
  let last = size.length - 1;
  while (last > 0 && size[last] === x.shape[last]) last--;
  const run = (size[last] ?? 1) * (strides[last] ?? bytes);
  const start = begin.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
  let from = backend.getMemoryOffset(x.dataId) + start;
  let to = backend.getMemoryOffset(out.dataId);
  const heap = memoryOf(backend);
  const at = size.map(() => 0);
  for (;;) {
    heap.copyWithin(to, from, from + run);
    to += run;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      from += strides[axis] ?? 0;
      at[axis] = (at[axis] ?? 0) + 1;
      if ((at[axis] ?? 0) < (size[axis] ?? 0)) break;
      from -= (size[axis] ?? 0) * (strides[axis] ?? 0);
      at[axis] = 0;
    }
    if (axis < 0) return out;
  }
}

const concat: Kernel = (call) => {
  const { inputs, attrs, backend } = call as unknown as Call<tf.TensorInfo[], { axis: number }>;
  const shapes = inputs.map(({ shape }) => shape);
  const axis = tf.util.parseAxisParam(attrs.axis, shapes[0] ?? [])[0] ?? 0;
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const shape = tf.backend_util.computeOutShape(shapes, axis);
  const dtype = inputs[0]?.dtype ?? "float32";
  const out = backend.makeOutput(shape, dtype);
  const bytes = tf.util.bytesPerElement(dtype);
  const runs = shapes.map((one) => tf.util.sizeFromShape(one.slice(axis)) * bytes);
  const sources = inputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
  let to = backend.getMemoryOffset(out.dataId);
  const heap = memoryOf(backend);
  const rows = tf.util.sizeFromShape(shape.slice(0, axis));
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < runs.length; i++) {
      const run = runs[i] ?? 0;
      const from = (sources[i] ?? 0) + row * run;
      heap.copyWithin(to, from, from + run);
      to += run;
    }
  }
  return out;
};

function stridesOf(shape: readonly number[], bytes: number): number[] {
  const strides = shape.map(() => bytes);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}
