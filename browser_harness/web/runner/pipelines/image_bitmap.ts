import { canvasOf, LONGEST_SIDE, squareOf } from "./browser.js";
import { browserPipeline, type Decoded } from "./pipeline.js";

/** createImageBitmap decodes and, a second time called, resizes; a canvas only gives the pixels. */
function imageBitmap(quality: ResizeQuality | null) {
  return browserPipeline({
    decode: decodedBitmap,
    async resize(bitmap, placement) {
      const scaled = await createImageBitmap(bitmap, {
        resizeWidth: placement.width,
        resizeHeight: placement.height,
        ...(quality ? { resizeQuality: quality } : {}),
      });
      try {
        const context = canvasOf(scaled.width, scaled.height, { willReadFrequently: true });
        context.drawImage(scaled, 0, 0);
        return squareOf(context, placement);
      } finally {
        scaled.close();
      }
    },
    longestSide: LONGEST_SIDE,
  });
}

async function decodedBitmap(file: Blob): Promise<Decoded<ImageBitmap>> {
  const image = await createImageBitmap(file);
  return { image, width: image.width, height: image.height, free: () => image.close() };
}

export const imageBitmapDefault = imageBitmap(null);
export const imageBitmapHigh = imageBitmap("high");
