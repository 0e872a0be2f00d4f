import { EngineError } from "./errors.js";
import type { saliencyByAutodiff as whole } from "./tfjs/gradient.js";

/** Stands in the lean engine for gradients by tf.grad. Throws EngineError `execution-failed`. */
export const saliencyByAutodiff: typeof whole = () => {
  const message = "this engine is built without gradients by tf.grad; use the whole engine";
  return Promise.reject(new EngineError("execution-failed", message));
};
