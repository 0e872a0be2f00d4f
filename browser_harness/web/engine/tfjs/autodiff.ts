import type { saliencyByAutodiff as whole } from "./gradient.js";
import { part, requireAllKernels } from "./registry.js";

const USER = "a gradient by tf.grad";

/** `saliencyByAutodiff` of gradient.ts, fetched on first need: no deployed page asks for it. */
export const saliencyByAutodiff: typeof whole = async (...given) => {
  await requireAllKernels(USER);
  const found = await part("engine.gradient.js", USER, () => import("./gradient.js"));
  return found.saliencyByAutodiff(...given);
};
