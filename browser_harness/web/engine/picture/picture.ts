import type { Header } from "./decode/dicom_header.js";

/** Files above this many bytes are refused before they are read; as in reference/preprocess/picture.py. */
export const MAX_BYTES = 256 * 1024 ** 2;

/** Images above this many pixels are refused before they are decoded. */
export const MAX_PIXELS = 40_000_000;

/** Images wider or higher than this are refused: no JPEG or DICOM file can hold one. */
export const MAX_SIDE = 65_535;

/** What a decoder may have to say of a file that it read; the keys of NOTES in Python. */
export const NOTES = [
  "lut-descriptor",
  "presentation-lut-shape",
  "pixel-aspect-ratio",
  "pixel-density",
] as const;

export type Note = (typeof NOTES)[number];

/** An image as its file stores it; the same as Picture in reference/preprocess/picture.py. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1: gray; 3: red, green, blue. Alpha is dropped, palettes and CMYK are resolved. */
  readonly channels: 1 | 3;
  /** Row by row, channels innermost; height × width × channels numbers. */
  readonly samples: Uint8Array | Uint16Array;
  /** The sample that means white: 255, 65535, or 2 ** BitsStored - 1; black is 0. */
  readonly white: number;
  /** The file's EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  readonly format: "png" | "jpeg" | "dicom";
  /** The height of a pixel over its width; 1 is square. */
  readonly aspect: number;
  /** What was wrong or rare in the file, and was read nevertheless. */
  readonly notes: readonly Note[];
  /** What a window cuts from `samples`, where that was asked for and the file has a linear one. */
  readonly full?: FullDepth;
  /** What a DICOM file says beside its pixels, where `full` was asked for. */
  readonly header?: Header;
}

/** What most pictures are: of square pixels, and nothing to say of them. */
export const PLAIN = { aspect: 1, notes: [] as readonly Note[] } as const;

/** Gray samples as in Picture, before the file's window. */
export interface FullDepth {
  readonly samples: Uint8Array | Uint16Array;
  readonly white: number;
  /** The samples that the window shows as black and white; they may lie beyond 0 and `white`. */
  readonly window: readonly [low: number, high: number];
}
