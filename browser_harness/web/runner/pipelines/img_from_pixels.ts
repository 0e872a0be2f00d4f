import { EngineError, rgbFromPixels } from "../../engine/index.js";
import { imageElement } from "./browser.js";
import { browserPipeline, inputOf } from "./pipeline.js";

/**
 * The element's `width` and `height` are set and TF.js takes its pixels, as the tool of 2020 did.
 *
 * TF.js (1.2.8 as 4.22) draws the element at `image.width` × `image.height`, so that the browser
 * scales. By the HTML standard these are the natural size while the element is on no page; browsers
 * give what was set all the same, and one that does not is refused.
 */
export const imgFromPixels = browserPipeline({
  decode: imageElement,
  async inputFrom(image, { to, placement, backend }) {
    image.width = placement.width;
    image.height = placement.height;
    if (image.width !== placement.width || image.height !== placement.height) {
      throw new EngineError("input-refused", "this browser does not size an image off the page");
    }
    const colours = await rgbFromPixels(image, placement, backend.guard);
    return inputOf({ colours, step: 3 }, to);
  },
  holds: ["scaled"],
  usesTfjs: true,
});
