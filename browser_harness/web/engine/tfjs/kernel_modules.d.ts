/** Kernels of all backends that engine.js has, and the operators that need no others. */
declare module "kernels:engine" {
  import type { KernelConfig } from "@tensorflow/tfjs-core";
  export const kernels: readonly KernelConfig[];
  export const operators: readonly string[];
}

/** All other kernels. */
declare module "kernels:others" {
  import type { KernelConfig } from "@tensorflow/tfjs-core";
  export const kernels: readonly KernelConfig[];
}
