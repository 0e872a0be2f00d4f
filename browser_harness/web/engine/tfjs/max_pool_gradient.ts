import * as tf from "@tensorflow/tfjs-core";

type Floats = Float32Array;
type Windows = tf.backend_util.Conv2DInfo;

/**
 * Gives max pooling's gradient to the first of equal values in a window, as PyTorch does.
 *
 * TF.js's kernels give it to the last one on WebGL and wasm, which in the flat parts of an image,
 * such as a radiograph's border, is another gradient; and on wasm to the window's first value where
 * no value is positive. So it is done here, by one loop for all backends.
 */
export function favourTheFirst(): void {
  tf.registerGradient({
    ...tf.getGradient(tf.MaxPool),
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as tf.Tensor4D;
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolAttrs;
      const windows = tf.backend_util.computePool2DInfo(
        x.shape,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const found = () => toFirstMaxima(read(dy as tf.Tensor), read(x), windows);
      return { x: () => tf.tensor(found(), x.shape) };
    },
  });
}

function read(tensor: tf.Tensor): Floats {
  return tensor.dataSync() as Floats;
}

/** Every window's slope added where its first maximum is; x and the result are channels last. */
function toFirstMaxima(slopes: Floats, x: Floats, windows: Windows): Floats {
  const { batchSize, outHeight, outWidth, inChannels } = windows;
  const found = new Float32Array(x.length);
  let at = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        const pixels = pixelsOf(windows, n, row, column);
        for (let channel = 0; channel < inChannels; channel++) {
          found[firstMaximum(x, pixels, channel)]! += slopes[at++]!;
        }
      }
    }
  }
  return found;
}

/** Where the values of a window's pixels begin, row by row; what lies in the padding is no pixel. */
function pixelsOf(windows: Windows, n: number, row: number, column: number): number[] {
  const { inHeight, inWidth, inChannels, padInfo } = windows;
  const top = row * windows.strideHeight - padInfo.top;
  const left = column * windows.strideWidth - padInfo.left;
  const pixels: number[] = [];
  for (let r = Math.max(top, 0); r < Math.min(top + windows.filterHeight, inHeight); r++) {
    for (let c = Math.max(left, 0); c < Math.min(left + windows.filterWidth, inWidth); c++) {
      pixels.push(((n * inHeight + r) * inWidth + c) * inChannels);
    }
  }
  return pixels;
}

/** The index of the first largest value, or of the last NaN, as PyTorch chooses. */
function firstMaximum(x: Floats, pixels: readonly number[], channel: number): number {
  let place = pixels[0]! + channel;
  let largest = x[place]!;
  for (const pixel of pixels) {
    const value = x[pixel + channel]!;
    if (value > largest || Number.isNaN(value)) {
      largest = value;
      place = pixel + channel;
    }
  }
  return place;
}
