import { EngineError, preprocess, type Picture } from "../../engine/index.js";
import { LONGEST_SIDE } from "./browser.js";
import { browserImageType, decodeBy, type Pipeline } from "./pipeline.js";

/**
 * The browser decodes, as exactly as it can be told to, and the definition does the rest.
 *
 * What differs from the exact path is the decoder's doing alone: 16 bits cut to 8, colours of
 * transparent pixels, a JPEG's rounding.
 */
export const browserDecoder: Pipeline = async (content, to) => {
  const type = browserImageType(content);
  if (!type) return { unsupported: "browsers decode PNG and JPEG, and no DICOM" };
  const start = performance.now();
  const bitmap = await decodeBy(() =>
    createImageBitmap(new Blob([content], { type }), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
      imageOrientation: to.orientation === "exif" ? "from-image" : "none",
    }),
  );
  try {
    const { width, height } = bitmap;
    if (Math.max(width, height) > LONGEST_SIDE) {
      return { unsupported: `the image, ${width}x${height}, is too long for a canvas` };
    }
    const picture = pictureOf(bitmap);
    const between = performance.now();
    const input = preprocess(picture, to);
    return {
      input,
      decodeSeconds: (between - start) / 1000,
      resizeSeconds: (performance.now() - between) / 1000,
      backend: null,
    };
  } finally {
    bitmap.close();
  }
};

/** The bitmap's colours, read back on the CPU: on a GPU canvas pixels may change. */
function pictureOf(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new EngineError("input-refused", "this browser has no 2D canvas");
  context.drawImage(bitmap, 0, 0);
  const colours = context.getImageData(0, 0, width, height).data;
  const samples = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < colours.length; from += 4, to += 3) {
    samples[to] = colours[from] as number;
    samples[to + 1] = colours[from + 1] as number;
    samples[to + 2] = colours[from + 2] as number;
  }
  return { width, height, channels: 3, samples, white: 255, orientation: 1, format: "png" };
}
