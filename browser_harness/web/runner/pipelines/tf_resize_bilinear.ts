import { rgbFromPixels } from "../../engine/index.js";
import { imageElement, LONGEST_SIDE } from "./browser.js";
import { browserPipeline } from "./pipeline.js";

/** TF.js takes the pixels at full size and `tf.image.resizeBilinear` scales them. */
export const tfResizeBilinear = browserPipeline({
  decode: imageElement,
  async resize(image, placement, { guard }) {
    return { colours: await rgbFromPixels(image, placement, guard), step: 3 };
  },
  longestSide: LONGEST_SIDE,
  usesTfjs: true,
});
