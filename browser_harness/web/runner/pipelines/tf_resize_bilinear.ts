import { rgbFromPixels } from "../../engine/index.js";
import { imageElement } from "./browser.js";
import { browserPipeline, inputOf } from "./pipeline.js";

/** TF.js takes the pixels at full size and `tf.image.resizeBilinear` scales them. */
export const tfResizeBilinear = browserPipeline({
  decode: imageElement,
  async inputFrom(image, { to, placement, backend }) {
    const colours = await rgbFromPixels(image, placement, backend.guard);
    return inputOf({ colours, step: 3 }, to);
  },
  holds: ["original", "scaled"],
  usesTfjs: true,
});
