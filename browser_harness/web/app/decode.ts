import type { Picture } from "../engine/index.js";

const MAX_BYTES = 64 * 1024 ** 2;
const MAX_PIXELS = 40_000_000;

/** An image file that cannot be used; the message is for the user. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/**
 * The pixels of an image file, decoded by the browser. Throws ImageError.
 *
 * The canvas is read back on the CPU (`willReadFrequently`): on a GPU canvas pixels may change.
 */
export async function decodeImage(file: File): Promise<Picture> {
  if (file.size === 0) throw new ImageError(`${file.name} is empty.`);
  if (file.size > MAX_BYTES) throw new ImageError(`${file.name} is larger than 64 MiB.`);
  const bitmap = await bitmapOf(file);
  try {
    const { width, height } = bitmap;
    if (width * height > MAX_PIXELS) {
      throw new ImageError(`${file.name} has more than ${MAX_PIXELS / 1e6} million pixels.`);
    }
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new ImageError("This browser cannot read pixels.");
    context.drawImage(bitmap, 0, 0);
    const samples = withoutAlpha(context.getImageData(0, 0, width, height).data);
    return { width, height, channels: 3, samples, white: 255, orientation: 1, format: "png" };
  } finally {
    bitmap.close();
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const samples = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    samples[to] = rgba[from] as number;
    samples[to + 1] = rgba[from + 1] as number;
    samples[to + 2] = rgba[from + 2] as number;
  }
  return samples;
}

async function bitmapOf(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
      imageOrientation: "from-image",
    });
  } catch {
    throw new ImageError(`${file.name} is not an image that this browser can read.`);
  }
}
