import { EngineError } from "../errors.js";

export type ScoreName = "l1" | "l2" | "ssim" | "latent";

/** What a threshold belongs to; the same words as in reference/decide/scores.py. */
export const SCORE_DEFINITIONS: Readonly<Record<ScoreName, string>> = {
  l1: "mean |x - y| of image and reconstruction on [-1, 1]",
  l2: "root of the mean (x - y)^2 of image and reconstruction on [-1, 1]",
  ssim:
    "mean SSIM of image and reconstruction on [-1, 1]: uniform 7x7 windows inside the image, " +
    "sample covariance, data range 2, K1 0.01, K2 0.03",
  latent: "sum of squares of the latent vector",
};

const WINDOW = 7;
const PIXELS = WINDOW * WINDOW;
const SAMPLE = PIXELS / (PIXELS - 1);
const C1 = 0.01 * 2 * (0.01 * 2);
const C2 = 0.03 * 2 * (0.03 * 2);

type Numbers = Float32Array | Float64Array;

/** An image and its reconstruction on [-1, 1], row by row. */
export interface Reconstructed {
  readonly width: number;
  readonly height: number;
  readonly image: Numbers;
  readonly reconstruction: Numbers;
}

/**
 * Mean absolute difference. As all functions here: the same bits as its twin in
 * reference/decide/scores.py, NaN if a number is NaN, and an EngineError `input-refused` for what cannot
 * be compared.
 */
export function l1(pair: Reconstructed): number {
  requirePair(pair, 1);
  const { image, reconstruction } = pair;
  return meanOf(image.length, (i) => Math.abs(at(image, i) - at(reconstruction, i)));
}

/** Root of the mean squared difference. */
export function l2(pair: Reconstructed): number {
  requirePair(pair, 1);
  const { image, reconstruction } = pair;
  const meanSquare = meanOf(image.length, (i) => {
    const difference = at(image, i) - at(reconstruction, i);
    return difference * difference;
  });
  return Math.sqrt(meanSquare);
}

/** Mean structural similarity over the 7×7 windows inside the image. */
export function ssim(pair: Reconstructed): number {
  requirePair(pair, WINDOW);
  const { image: x, reconstruction: y } = pair;
  const meanX = windowMeans(pair, (i) => at(x, i));
  const meanY = windowMeans(pair, (i) => at(y, i));
  const meanXX = windowMeans(pair, (i) => at(x, i) * at(x, i));
  const meanYY = windowMeans(pair, (i) => at(y, i) * at(y, i));
  const meanXY = windowMeans(pair, (i) => at(x, i) * at(y, i));
  return meanOf(meanX.length, (i) => {
    const [mx, my] = [at(meanX, i), at(meanY, i)];
    const varianceX = SAMPLE * (at(meanXX, i) - mx * mx);
    const varianceY = SAMPLE * (at(meanYY, i) - my * my);
    const covariance = SAMPLE * (at(meanXY, i) - mx * my);
    const above = (2 * mx * my + C1) * (2 * covariance + C2);
    const below = (mx * mx + my * my + C1) * (varianceX + varianceY + C2);
    return above / below;
  });
}

/** Sum of squares of a latent vector. */
export function latentDistance(latent: Numbers): number {
  if (latent.length === 0) throw new EngineError("input-refused", "the latent vector is empty");
  let sum = 0;
  for (const z of latent) sum += z * z;
  return sum;
}

/** The score of this name of one image. */
export function scoreOf(name: ScoreName, pair: Reconstructed, latent: Numbers): number {
  if (name === "latent") return latentDistance(latent);
  return { l1, l2, ssim }[name](pair);
}

/** Means over windows; sums over rows first, from the top, then over columns, from the left. */
function windowMeans({ width, height }: Reconstructed, value: (i: number) => number): Float64Array {
  const [across, down] = [width - WINDOW + 1, height - WINDOW + 1];
  const rows = new Float64Array(down * width);
  for (let i = 0; i < rows.length; i++) {
    let sum = value(i);
    for (let k = 1; k < WINDOW; k++) sum += value(i + k * width);
    rows[i] = sum;
  }
  const means = new Float64Array(down * across);
  for (let i = 0; i < means.length; i++) {
    const start = Math.floor(i / across) * width + (i % across);
    let sum = at(rows, start);
    for (let k = 1; k < WINDOW; k++) sum += at(rows, start + k);
    means[i] = sum / PIXELS;
  }
  return means;
}

/** The mean of numbers, added from the first to the last. */
export function mean(values: Numbers): number {
  return meanOf(values.length, (i) => at(values, i));
}

/** The root of the mean squared distance from the mean. */
export function standardDeviation(values: Numbers): number {
  const middle = mean(values);
  const meanSquare = meanOf(values.length, (i) => {
    const difference = at(values, i) - middle;
    return difference * difference;
  });
  return Math.sqrt(meanSquare);
}

function meanOf(count: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum / count;
}

function at(values: Numbers, i: number): number {
  return values[i] ?? NaN;
}

function requirePair({ width, height, image, reconstruction }: Reconstructed, least: number) {
  const pixels = width * height;
  const fits = image.length === pixels && reconstruction.length === pixels;
  if (!fits || !(Math.min(width, height) >= least)) {
    throw new EngineError(
      "input-refused",
      `${image.length} and ${reconstruction.length} numbers are no pair of ${width}×${height} ` +
        `images of at least ${least} pixels each way`,
    );
  }
}
