import * as tf from "@tensorflow/tfjs-core";

const LARGEST = 30;
const COPIES = 1024; // above TF.js's limit for moving small tensors to the CPU

/**
 * Mantissa bits of the current backend, by arithmetic: the largest k such that (1 + 2^-j) - 1
 * equals 2^-j for every j up to k, computed and stored on the device. float32 gives 23, float16 10.
 */
export async function measureMantissaBits(): Promise<number> {
  const powers = Array.from({ length: LARGEST }, (_, index) => 2 ** -(index + 1));
  const values = new Float32Array(LARGEST * COPIES).map((_, i) => powers[i % LARGEST] ?? NaN);
  const result = tf.tidy(() => {
    const sum = tf.add(tf.tensor1d(values), tf.scalar(1));
    return tf.sub(sum, tf.scalar(1));
  });
  try {
    const found = await result.data();
    const wrong = powers.findIndex((power, index) => found[index] !== power);
    return wrong === -1 ? LARGEST : wrong;
  } finally {
    result.dispose();
  }
}
