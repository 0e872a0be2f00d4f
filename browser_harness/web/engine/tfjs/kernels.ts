// engine.kernels.js: the kernels that engine.js leaves out, registered when it is imported.
import * as tf from "@tensorflow/tfjs-core";
import { kernels } from "kernels:others";

for (const kernel of kernels) {
  tf.registerKernel(kernel);
  // TF.js sets kernels up when their backend starts, and this one runs already.
  if (kernel.backendName === tf.getBackend()) kernel.setupFunc?.(tf.backend());
}
