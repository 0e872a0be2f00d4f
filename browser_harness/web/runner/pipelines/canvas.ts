import { canvasOf, imageElement, squareOf } from "./browser.js";
import { browserPipeline } from "./pipeline.js";

/**
 * A canvas draws the image scaled; the paper's words (appendix E).
 *
 * The canvas is the square alone: what lies outside is not drawn, so long images need no more.
 */
export const canvas = browserPipeline({
  decode: imageElement,
  resize(image, { width, height, left, top, size }) {
    const context = canvasOf(size, size);
    context.drawImage(image, -left, -top, width, height);
    return squareOf(context, size);
  },
});
