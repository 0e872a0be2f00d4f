import { preprocess } from "../../engine/index.js";
import { canvasOf, imageElement } from "./browser.js";
import { browserPipeline } from "./pipeline.js";

/** The browser decodes, a canvas gives the pixels unscaled, and the rest is the definition's. */
export const browserDecoder = browserPipeline({
  decode: imageElement,
  inputFrom(image, { to }) {
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = canvasOf(width, height, { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const rgba = context.getImageData(0, 0, width, height).data;
    const samples = new Uint8Array(width * height * 3);
    for (let from = 0, at = 0; at < samples.length; from += 4, at += 3) {
      samples[at] = rgba[from] as number;
      samples[at + 1] = rgba[from + 1] as number;
      samples[at + 2] = rgba[from + 2] as number;
    }
    // The browser has turned it already.
    const format = "png";
    return preprocess(
      { width, height, channels: 3, samples, white: 255, orientation: 1, format },
      to,
    );
  },
  holds: ["original"],
});
