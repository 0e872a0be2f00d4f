import { canvasOf, imageElement, LONGEST_SIDE, squareOf } from "./browser.js";
import { browserPipeline } from "./pipeline.js";

/** A canvas draws the image scaled, and its centre is read; the paper's words (appendix E). */
function drawnOn(settings: CanvasRenderingContext2DSettings) {
  return browserPipeline({
    decode: imageElement,
    resize(image, placement) {
      const context = canvasOf(placement.width, placement.height, settings);
      context.drawImage(image, 0, 0, placement.width, placement.height);
      return squareOf(context, placement);
    },
    longestSide: LONGEST_SIDE,
  });
}

/** Drawn on the CPU, the same on every machine with this browser. */
export const canvas = drawnOn({ willReadFrequently: true });

/** Drawn where the browser likes: on the GPU if there is one, and then as its driver likes. */
export const canvasDefault = drawnOn({});
