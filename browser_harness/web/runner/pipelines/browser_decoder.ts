import { PLAIN, preprocess, type Picture } from "../../engine/index.js";
import { canvasOf } from "./browser.js";
import { browserPipeline, type Decoded } from "./pipeline.js";

/**
 * The browser decodes, as exactly as it can be told to, and the definition does the rest.
 *
 * What differs from the exact path is the decoder's doing alone: 16 bits cut to 8, colours of
 * transparent pixels, a JPEG's rounding, and photographs turned as EXIF says even where the
 * definition wants them as stored (Chromium's imageOrientation "none" turns them too).
 */
export const browserDecoder = browserPipeline({
  decode: bitmapAsStored,
  inputFrom: (bitmap, { to }) => preprocess(pictureOf(bitmap), to),
  holds: ["original"],
});

async function bitmapAsStored(file: Blob): Promise<Decoded<ImageBitmap>> {
  const image = await createImageBitmap(file, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  return { image, width: image.width, height: image.height, free: () => image.close() };
}

/** The bitmap's colours, read back on the CPU: on a GPU canvas pixels may change. */
function pictureOf(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const context = canvasOf(width, height, { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const colours = context.getImageData(0, 0, width, height).data;
  const samples = new Uint8Array(width * height * 3);
  for (let from = 0, at = 0; from < colours.length; from += 4, at += 3) {
    samples[at] = colours[from] as number;
    samples[at + 1] = colours[from + 1] as number;
    samples[at + 2] = colours[from + 2] as number;
  }
  return {
    width,
    height,
    channels: 3,
    samples,
    white: 255,
    orientation: 1,
    format: "png",
    ...PLAIN,
  };
}
