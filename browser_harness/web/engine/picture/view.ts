import { corrected, type Correction } from "./corrections.js";
import type { Header } from "./decode/dicom_header.js";
import type { GrayRule } from "./definition.js";
import { grayRows } from "./gray.js";
import type { Picture } from "./picture.js";
import { aspectOf } from "./preprocess.js";
import { pyramidOf, type Plane } from "./pyramid.js";
import type { Size } from "./resample.js";

/** How a picture becomes gray levels for people; as its model sees it, but with every pixel. */
export interface ViewRequest {
  readonly gray: GrayRule;
  /** Whether it is turned as its EXIF orientation says. */
  readonly turn: boolean;
  /** As in the definition of the model's input. */
  readonly corrections?: readonly Correction[];
}

/** Every gray level of a picture, row by row; 0 is black, `white` is white. */
export interface View extends Size {
  readonly levels: Uint8Array | Uint16Array;
  readonly white: number;
  /** The levels that the file proposes to show as black and white, or [0, white]. */
  readonly window: readonly [low: number, high: number];
  /** Halves of it, for drawing it small: they are made where no page waits for them. */
  readonly smaller: readonly Plane[];
  /** The height of a pixel over its width. */
  readonly aspect: number;
  /** What its file says beside the pixels; null of a file without a header. */
  readonly header: Header | null;
}

/** A picture's gray levels at full depth. Throws EngineError `input-refused` as `preprocess`. */
export function viewOf(given: Picture, { gray, turn, corrections = [] }: ViewRequest): View {
  const picture = corrected(given, corrections, turn);
  const { samples, white } = picture.full ?? picture;
  const { width, height, read } = grayRows({ ...picture, samples, white }, gray, turn);
  const levels =
    samples instanceof Uint8Array
      ? new Uint8Array(width * height)
      : new Uint16Array(width * height);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    read(y, row);
    for (let x = 0; x < width; x++) levels[y * width + x] = Math.round((row[x] as number) * white);
  }
  const [, ...smaller] = pyramidOf({ width, height, levels });
  const { header = null } = picture;
  const window = picture.full?.window ?? ([0, white] as const);
  return { width, height, levels, white, window, smaller, aspect: aspectOf(picture, turn), header };
}
