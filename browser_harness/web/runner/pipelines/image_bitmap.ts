import { canvasOf, squareOf } from "./browser.js";
import { browserPipeline, inputOf, type Decoded } from "./pipeline.js";

/** createImageBitmap decodes and, a second time called, resizes; a canvas only gives the pixels. */
function imageBitmap(quality: ResizeQuality | null) {
  return browserPipeline({
    decode: decodedBitmap,
    async inputFrom(bitmap, { to, placement }) {
      const scaled = await createImageBitmap(bitmap, {
        resizeWidth: placement.width,
        resizeHeight: placement.height,
        ...(quality ? { resizeQuality: quality } : {}),
      });
      try {
        const context = canvasOf(scaled.width, scaled.height, { willReadFrequently: true });
        context.drawImage(scaled, 0, 0);
        return inputOf(squareOf(context, placement), to);
      } finally {
        scaled.close();
      }
    },
    holds: ["scaled"],
  });
}

async function decodedBitmap(file: Blob): Promise<Decoded<ImageBitmap>> {
  const image = await createImageBitmap(file);
  return { image, width: image.width, height: image.height, free: () => image.close() };
}

export const imageBitmapDefault = imageBitmap(null);
export const imageBitmapHigh = imageBitmap("high");
