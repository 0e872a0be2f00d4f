import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

import { replaceKernel, type KernelCall } from "./kernels.js";

/** Values from which on a copy by the browser is quicker than a loop. */
const LONG = 192;
let installed = false;

/**
 * Kernels for wasm that move values without computing: TF.js's own ones copy the whole input first
 * (Slice, SplitV), make two objects per row (Concat) or divide for every value (DepthToSpace).
 *
 * The values are the same; measured in README.md.
 */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  replaceKernel(tf.Slice, "wasm", (stock) => (call) => slice(call) ?? stock(call));
  replaceKernel(tf.SplitV, "wasm", (stock) => (call) => split(call) ?? stock(call));
  replaceKernel(tf.Concat, "wasm", (stock) => (call) => join(call) ?? stock(call));
  replaceKernel(tf.DepthToSpace, "wasm", (stock) => (call) => depthToSpace(call) ?? stock(call));
}

/** Rows of equal length in an array: where the first begins, and from one to the next. */
interface Rows {
  readonly values: tf.TypedArray;
  readonly start: number;
  readonly step: number;
}

function copyRows(from: Rows, to: Rows, count: number, width: number): void {
  const source = from.values;
  const target = to.values;
  for (let row = 0; row < count; row += 1) {
    const here = from.start + row * from.step;
    const there = to.start + row * to.step;
    if (width >= LONG) {
      target.set(source.subarray(here, here + width), there);
      continue;
    }
    for (let i = 0; i < width; i += 1) target[there + i] = source[here + i] as number;
  }
}

function slice({ inputs, backend, attrs }: KernelCall): tf.TensorInfo | null {
  const { x } = inputs;
  if (!x || x.dtype !== "float32" || x.shape.length === 0) return null;
  const found = tf.slice_util.parseSliceParams(
    x as tf.Tensor,
    attrs?.begin as number[],
    attrs?.size as number[],
  );
  return part(backend as BackendWasm, x, found[0] as number[], found[1] as number[]);
}

function split({ inputs, backend, attrs }: KernelCall): tf.TensorInfo[] | null {
  const { x } = inputs;
  if (!x || x.dtype !== "float32" || x.shape.length === 0) return null;
  const axis = tf.util.parseAxisParam(attrs?.axis as number, x.shape)[0] as number;
  const wanted = attrs?.numOrSizeSplits as number[] | number;
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, wanted, axis);
  const begin = x.shape.map(() => 0);
  return sizes.map((length) => {
    const size = x.shape.map((whole, at) => (at === axis ? length : whole));
    const made = part(backend as BackendWasm, x, begin, size);
    begin[axis] = (begin[axis] ?? 0) + length;
    return made;
  });
}

/** A box of a tensor: rows of what is contiguous, for every place in the dimensions before. */
function part(
  backend: BackendWasm,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput([...size], x.dtype);
  const values = backend.typedArrayFromHeap(x); // after the output, which may move the heap
  const target = backend.typedArrayFromHeap(out);
  if (target.length === 0) return out;
  const strides = [...tf.util.computeStrides(x.shape), 1];
  // The last dimension that is cut: whatever lies behind it is contiguous with it.
  let cut = size.length - 1;
  while (cut > 0 && size[cut] === x.shape[cut]) cut -= 1;
  const width = tf.util.sizeFromShape(size.slice(cut) as number[]);
  const [rows = 1] = size.slice(Math.max(cut - 1, 0), cut);
  const before = size.slice(0, Math.max(cut - 1, 0));
  const step = cut > 0 ? (strides[cut - 1] as number) : 0;
  const start = begin.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0);
  let written = 0;
  for (const offset of offsets(before, strides)) {
    const from = { values, start: start + offset, step };
    copyRows(from, { values: target, start: written, step: width }, rows, width);
    written += rows * width;
  }
  return out;
}

/** Where each place of the outer dimensions begins. */
function* offsets(shape: readonly number[], strides: readonly number[]): Generator<number> {
  const [count, ...inner] = shape;
  if (count === undefined) {
    yield 0;
    return;
  }
  for (let at = 0; at < count; at += 1) {
    for (const rest of offsets(inner, strides.slice(1))) yield at * (strides[0] as number) + rest;
  }
}

function join({ inputs, backend, attrs }: KernelCall): tf.TensorInfo | null {
  const wasm = backend as BackendWasm;
  const parts = (Object.values(inputs) as tf.TensorInfo[]).filter(
    ({ shape }) => tf.util.sizeFromShape(shape) > 0,
  );
  const first = parts[0];
  if (!first || parts.length < 2 || parts.some(({ dtype }) => dtype !== "float32")) return null;
  const shapes = parts.map(({ shape }) => shape);
  const axis = tf.util.parseAxisParam(attrs?.axis as number, first.shape)[0] as number;
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const out = wasm.makeOutput(tf.backend_util.computeOutShape(shapes, axis), "float32");
  const target = wasm.typedArrayFromHeap(out);
  const rows = tf.util.sizeFromShape(first.shape.slice(0, axis));
  const step = target.length / rows;
  let start = 0;
  for (const one of parts) {
    const values = wasm.typedArrayFromHeap(one);
    const width = values.length / rows;
    copyRows({ values, start: 0, step: width }, { values: target, start, step }, rows, width);
    start += width;
  }
  return out;
}

function depthToSpace({ inputs, backend, attrs }: KernelCall): tf.TensorInfo | null {
  const wasm = backend as BackendWasm;
  const { x } = inputs;
  if (!x || x.dtype !== "float32" || attrs?.dataFormat !== "NHWC") return null;
  const block = attrs?.blockSize as number;
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const channels = depth / (block * block);
  const shape = [batch, height * block, width * block, channels];
  const out = wasm.makeOutput(shape, "float32");
  const values = wasm.typedArrayFromHeap(x);
  const target = wasm.typedArrayFromHeap(out);
  const run = block * channels; // a pixel's row inside the block, contiguous on both sides
  for (let line = 0; line < batch * height; line += 1) {
    for (let row = 0; row < block; row += 1) {
      const from = { values, start: line * width * depth + row * run, step: depth };
      const to = { values: target, start: (line * block + row) * width * run, step: run };
      copyRows(from, to, width, run);
    }
  }
  return out;
}
