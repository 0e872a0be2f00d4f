import { damaged } from "./refusal.js";

/** The part of an image that lies together in the file: all of it, or one pass of Adam7. */
export interface Pass {
  /** Column and row of its first pixel, and the steps to the next ones. */
  readonly left: number;
  readonly top: number;
  readonly across: number;
  readonly down: number;
  readonly width: number;
  readonly height: number;
  /** Bytes of a row without the one that names its filter. */
  readonly rowBytes: number;
}

/** How the pixels are stored, and what they become. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Numbers per pixel in the file, alpha among them. */
  readonly stored: number;
  readonly channels: 1 | 3;
  /** Red, green, blue of each colour; null where pixels are no indices. */
  readonly palette: Uint8Array | null;
}

/** Room for the samples of an image. */
export function samplesOf({ width, height, channels, depth }: Pixels): Uint8Array | Uint16Array {
  const count = width * height * channels;
  return depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
}

/** Puts the unfiltered rows of one pass, which start at `from`, where they belong in `samples`. */
export function place(
  raw: Uint8Array,
  from: number,
  pass: Pass,
  pixels: Pixels,
  samples: Uint8Array | Uint16Array,
): void {
  const { width, channels } = pixels;
  for (let row = 0; row < pass.height; row++) {
    const at = from + row * (pass.rowBytes + 1) + 1;
    const line = raw.subarray(at, at + pass.rowBytes);
    const to = ((pass.top + row * pass.down) * width + pass.left) * channels;
    if (pixels.depth === 8 && pixels.stored === channels && !pixels.palette && pass.across === 1) {
      samples.set(line, to);
    } else if (pixels.depth < 8 || pixels.palette) {
      placeSmall(line, pass, pixels, samples, to);
    } else {
      placeWhole(line, pass, pixels, samples, to);
    }
  }
}

/** Gray of less than 8 bits, and palettes. */
function placeSmall(
  line: Uint8Array,
  pass: Pass,
  { depth, palette, channels }: Pixels,
  samples: Uint8Array | Uint16Array,
  to: number,
): void {
  const most = 2 ** depth - 1;
  const scale = 255 / most; // a whole number for 1, 2, 4 and 8 bits
  for (let column = 0; column < pass.width; column++, to += pass.across * channels) {
    const bit = column * depth;
    const value = (line[bit >> 3]! >> (8 - depth - (bit & 7))) & most;
    if (!palette) {
      samples[to] = value * scale;
      continue;
    }
    if (3 * value >= palette.length) throw damaged("a pixel's colour is not in the palette");
    samples[to] = palette[3 * value]!;
    samples[to + 1] = palette[3 * value + 1]!;
    samples[to + 2] = palette[3 * value + 2]!;
  }
}

/** Whole bytes: 8 bits, or 16 with the high byte first. */
function placeWhole(
  line: Uint8Array,
  pass: Pass,
  { depth, stored, channels }: Pixels,
  samples: Uint8Array | Uint16Array,
  to: number,
): void {
  const wide = depth === 16;
  const step = wide ? 2 * stored : stored;
  for (let column = 0; column < pass.width; column++, to += pass.across * channels) {
    const at = column * step;
    for (let channel = 0; channel < channels; channel++) {
      samples[to + channel] = wide
        ? (line[at + 2 * channel]! << 8) | line[at + 2 * channel + 1]!
        : line[at + channel]!;
    }
  }
}
