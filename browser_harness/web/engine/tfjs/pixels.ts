import * as tf from "@tensorflow/tfjs-core";

import type { ContextGuard } from "./context.js";
import { EngineError, wordsOf } from "../errors.js";

/** What TF.js takes pixels from: an image element, a canvas, an ImageBitmap, ImageData. */
export type PixelSource = Parameters<typeof tf.browser.fromPixels>[0];

/** An image brought to `width` × `height`, and the square of `size` pixels cut out of it. */
export interface Placement {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/**
 * Red, green and blue (0 to 255, row by row) of the square, by `tf.browser.fromPixels`.
 *
 * A source that already is `width` × `height` is only cut; any other is first brought to that size
 * by `tf.image.resizeBilinear`, with TF.js's defaults: no antialiasing, corners not aligned, pixel
 * centres ignored. An image element's size is its `width` and `height`, not its natural size: TF.js
 * has the browser draw it at that size. Throws EngineError `execution-failed` or `context-lost`.
 */
export async function rgbFromPixels(
  source: PixelSource,
  { width, height, left, top, size }: Placement,
  guard: ContextGuard,
): Promise<Float32Array> {
  guard.check();
  let square: tf.Tensor3D | null = null;
  try {
    square = tf.tidy(() => {
      const pixels = tf.cast(tf.browser.fromPixels(source), "float32");
      const same = pixels.shape[0] === height && pixels.shape[1] === width;
      const scaled = same ? pixels : tf.image.resizeBilinear(pixels, [height, width]);
      return tf.slice3d(scaled, [top, left, 0], [size, size, 3]);
    });
    // On cpu, a cast to float32 may leave the numbers in an Int32Array.
    return Float32Array.from(await guard.during(square.data()));
  } catch (error) {
    guard.check();
    if (error instanceof EngineError) throw error;
    throw new EngineError("execution-failed", `TF.js did not take the pixels: ${wordsOf(error)}`);
  } finally {
    square?.dispose();
  }
}
