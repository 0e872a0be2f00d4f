/** Files above this many bytes are refused before they are read; as in reference/preprocess/picture.py. */
export const MAX_BYTES = 256 * 1024 ** 2;

/** Images above this many pixels are refused before they are decoded. */
export const MAX_PIXELS = 40_000_000;

/** Images wider or higher than this are refused: no JPEG or DICOM file can hold one. */
export const MAX_SIDE = 65_535;

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
  /** What a window cuts from `samples`, where that was asked for and the file has a linear one. */
  readonly full?: FullDepth;
}

/** Gray samples as in Picture, before the file's window. */
export interface FullDepth {
  readonly samples: Uint8Array | Uint16Array;
  readonly white: number;
  /** The samples that the window shows as black and white; they may lie beyond 0 and `white`. */
  readonly window: readonly [low: number, high: number];
}
