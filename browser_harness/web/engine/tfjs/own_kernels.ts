import * as tf from "@tensorflow/tfjs-core";

/** How TF.js calls a kernel. */
export interface KernelCall {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: tf.NamedAttrMap;
}

export type Kernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[];

let ours = true;

/** Whether the engine's kernels run, where it has some, or TF.js's own ones. */
export function useEngineKernels(on: boolean): void {
  ours = on;
}

/** Whether the engine's kernels run. */
export function engineKernelsRun(): boolean {
  return ours;
}

/** Puts a kernel of ours before TF.js's own one, which it may hand calls on to. */
export function replaceKernel(
  name: string,
  backend: "webgl" | "wasm",
  make: (stock: Kernel) => Kernel,
): void {
  const found = tf.getKernel(name, backend);
  if (!found) throw new Error(`TF.js has no kernel ${name} on ${backend}`);
  const stock = found.kernelFunc as Kernel;
  const own = make(stock);
  const kernelFunc = ((call) => (ours ? own(call) : stock(call))) as Kernel as tf.KernelFunc;
  tf.unregisterKernel(name, backend);
  tf.registerKernel({ ...found, kernelFunc });
}
