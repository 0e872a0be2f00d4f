import { canvasOf, imageElement, squareOf } from "./browser.js";
import { browserPipeline, inputOf } from "./pipeline.js";

/** A canvas draws the image scaled, and its centre is read; the paper's words (appendix E). */
function drawnOn(settings: CanvasRenderingContext2DSettings) {
  return browserPipeline({
    decode: imageElement,
    inputFrom(image, { to, placement }) {
      const { width, height } = placement;
      const context = canvasOf(width, height, settings);
      context.drawImage(image, 0, 0, width, height);
      return inputOf(squareOf(context, placement), to);
    },
    holds: ["scaled"],
  });
}

/** Drawn on the CPU, the same on every machine with this browser. */
export const canvas = drawnOn({ willReadFrequently: true });

/** Drawn where the browser likes: on the GPU if there is one, and then as its driver likes. */
export const canvasDefault = drawnOn({});
