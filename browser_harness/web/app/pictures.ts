import { element } from "./element.js";
import type { Rebuilt, Seen, Square } from "./predictor.js";

/** The share of the range from black to white from which on an error is full red. */
const FULL_RED = 0.25;

type Rgb = readonly [number, number, number];

/** Draws the input, and beside it the reconstruction and its error where there are some. */
export function showPictures({ input, rebuilt }: Seen, fileName: string): void {
  draw("input", input.size, greyOf(input), `The input: ${fileName}`);
  const comparable = rebuilt !== null && rebuilt.image.size === rebuilt.reconstruction.size;
  element("rebuilt").hidden = !rebuilt;
  element("compared").hidden = !comparable;
  if (!rebuilt) return;
  const { reconstruction } = rebuilt;
  const label = `Reconstruction of ${fileName}`;
  draw("reconstruction", reconstruction.size, greyOf(reconstruction), label);
  if (!comparable) return;
  const most = Math.round(100 * errorOf(rebuilt).reduce((a, b) => Math.max(a, b)));
  draw(
    "difference",
    reconstruction.size,
    redOver(rebuilt),
    `Error of the reconstruction of ${fileName}, in red over the image: ${most} percent of the ` +
      `range from black to white at most`,
  );
}

/** Differences as shares of the range from black to white. */
function errorOf({ image, reconstruction }: Rebuilt): Float64Array {
  const range = image.high - image.low;
  return Float64Array.from(image.values, (value, i) => {
    return Math.abs(value - (reconstruction.values[i] ?? NaN)) / range;
  });
}

function redOver(rebuilt: Rebuilt): readonly Rgb[] {
  const error = errorOf(rebuilt);
  return greyOf(rebuilt.image).map(([grey], i) => {
    const share = Math.min(1, (error[i] ?? NaN) / FULL_RED);
    const rest = grey * (1 - share);
    return [rest + 255 * share, rest, rest];
  });
}

function greyOf({ values, low, high }: Square): Rgb[] {
  return Array.from(values, (value) => {
    const grey = Math.min(255, Math.max(0, ((value - low) / (high - low)) * 255));
    return [grey, grey, grey];
  });
}

function draw(id: string, size: number, pixels: readonly Rgb[], label: string): void {
  const canvas = element<HTMLCanvasElement>(id);
  canvas.width = canvas.height = size;
  canvas.setAttribute("aria-label", label);
  const image = new ImageData(size, size);
  pixels.forEach(([red, green, blue], i) => image.data.set([red, green, blue, 255], i * 4));
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
