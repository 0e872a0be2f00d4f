import { EngineError, type Placement } from "../../engine/index.js";
import type { Decoded, Square } from "./pipeline.js";

/** An `<img>` that is on no page, as `new Image()` makes it. */
export async function imageElement(file: Blob): Promise<Decoded<HTMLImageElement>> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  const free = () => URL.revokeObjectURL(url);
  try {
    image.src = url;
    await image.decode();
  } catch (error) {
    free();
    throw error;
  }
  return { image, width: image.naturalWidth, height: image.naturalHeight, free };
}

/** A canvas of this size, to draw on. */
export function canvasOf(
  width: number,
  height: number,
  settings: CanvasRenderingContext2DSettings,
): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", settings);
  if (!context) throw new EngineError("input-refused", "this browser has no 2D canvas");
  return context;
}

/** The square that a canvas shows at its place. */
export function squareOf(
  context: CanvasRenderingContext2D,
  { left, top, size }: Placement,
): Square {
  return { colours: context.getImageData(left, top, size, size).data, step: 4 };
}
