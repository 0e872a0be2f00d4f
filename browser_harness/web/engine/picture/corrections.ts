import type { FullDepth, Picture } from "./picture.js";
import type { Size } from "./resample.js";

/**
 * What a reader may correct in a picture before it is prepared, in the order in which it is done on
 * the upright picture; turns are clockwise, `mirror` swaps left and right.
 *
 * Twin: reference/preprocess/corrections.py.
 */
export const CORRECTIONS = [
  "crop-border",
  "turn-90",
  "turn-180",
  "turn-270",
  "mirror",
  "invert",
] as const;

export type Correction = (typeof CORRECTIONS)[number];

const TURNS: readonly Correction[] = ["turn-90", "turn-180", "turn-270"];

/** How often the four sides are gone through: a film may have a border within a border. */
const ROUNDS = 3;
/** A pixel is of the border where it differs from it by at most a 16th of black to white. */
const LEVELS_APART = 16;
/** A line is of the border where at most a 50th of its pixels are not: letters and dust. */
const ODD_PIXELS = 50;
/** Where less than a 4th of a side would be left, that is no border, and nothing is cut off. */
const LEAST_PART = 4;

type Samples = Picture["samples"];

/** What of a picture is taken and how: pixel (x, y) is at `origin + x * right + y * below`. */
interface Reading extends Size {
  readonly origin: number;
  readonly right: number;
  readonly below: number;
}

/** Whether a value is a list of corrections in their order, each once. */
export function areCorrections(value: unknown): value is readonly Correction[] {
  if (!Array.isArray(value)) return false;
  const places = value.map((one) => CORRECTIONS.indexOf(one as Correction));
  return places.every((place, i) => place > (places[i - 1] ?? -1));
}

/** Whether they may be done to one picture, which is turned at most once. */
export function areOfOnePicture(corrections: readonly Correction[]): boolean {
  return corrections.filter((one) => TURNS.includes(one)).length <= 1;
}

/** Quarter turns, clockwise. */
export function quartersOf(corrections: readonly Correction[]): number {
  return TURNS.findIndex((turn) => corrections.includes(turn)) + 1;
}

/**
 * The picture with the corrections done; the same object where there are none.
 *
 * @param turn whether it is first turned as its EXIF orientation says; the result is upright.
 */
export function corrected(
  picture: Picture,
  corrections: readonly Correction[],
  turn: boolean,
): Picture {
  if (corrections.length === 0) return picture;
  const { channels, samples, white, full } = picture;
  const across = turn && picture.orientation >= 5;
  const quarters = quartersOf(corrections);
  let reading = uprightReading(picture, turn);
  if (corrections.includes("crop-border")) reading = cropped(reading, samples, channels, white);
  for (let i = 0; i < quarters; i++) reading = turnedOnce(reading);
  if (corrections.includes("mirror")) reading = mirrored(reading);
  const inverts = corrections.includes("invert");
  const { width, height } = reading;
  const made = copyOf(samples, channels, reading, inverts ? white : null);
  // In the same two divisions as in Python, one after the other.
  const upright = across ? 1 / picture.aspect : picture.aspect;
  const aspect = quarters % 2 === 1 ? 1 / upright : upright;
  const { full: _, ...rest } = picture;
  const seen = full && { full: fullOf(full, { ...reading, channels: 1 }, channels, inverts) };
  return { ...rest, ...seen, width, height, samples: made, orientation: 1, aspect };
}

/** Full depth is of one channel, as all is that has it. */
function fullOf(
  full: FullDepth,
  reading: Reading & { readonly channels: 1 },
  channels: number,
  inverts: boolean,
): FullDepth {
  const { samples, white, window } = full;
  const [low, high] = window;
  const by = 1 / channels;
  const { origin, right, below } = reading;
  const place = { ...reading, origin: origin * by, right: right * by, below: below * by };
  return {
    samples: copyOf(samples, 1, place, inverts ? white : null),
    white,
    window: inverts ? [white - high, white - low] : window,
  };
}

function uprightReading({ width, height, channels, orientation }: Picture, turn: boolean): Reading {
  const as = turn ? orientation : 1;
  const across = as >= 5;
  const size = across ? { width: height, height: width } : { width, height };
  const flipX = [2, 3, 6, 7].includes(as);
  const flipY = [3, 4, 7, 8].includes(as);
  const right = channels * (across ? width : 1) * (flipX ? -1 : 1);
  const below = channels * (across ? 1 : width) * (flipY ? -1 : 1);
  const origin = (flipX ? -right * (size.width - 1) : 0) + (flipY ? -below * (size.height - 1) : 0);
  return { ...size, origin, right, below };
}

/** By a quarter, clockwise: what was the lowest row's first pixel comes first. */
function turnedOnce({ width, height, origin, right, below }: Reading): Reading {
  const first = origin + below * (height - 1);
  return { width: height, height: width, origin: first, right: -below, below: right };
}

function mirrored(reading: Reading): Reading {
  const { width, origin, right } = reading;
  return { ...reading, origin: origin + right * (width - 1), right: -right };
}

function copyOf(samples: Samples, channels: number, reading: Reading, invertFrom: number | null) {
  const { width, height, origin, right, below } = reading;
  const length = width * height * channels;
  const made = samples instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let at = origin + y * below;
    for (let x = 0; x < width; x++, at += right) {
      for (let channel = 0; channel < channels; channel++) {
        const sample = samples[at + channel] as number;
        made[to++] = invertFrom === null ? sample : invertFrom - sample;
      }
    }
  }
  return made;
}

/** Without the plain border around the film; as it is where there is none. */
function cropped(reading: Reading, samples: Samples, channels: number, white: number): Reading {
  const { origin, right, below } = reading;
  const sums = sumsOf(samples, channels);
  const span = white * channels;
  let box = { top: 0, left: 0, bottom: reading.height, right: reading.width };
  const at = (x: number, y: number) => (origin + x * right + y * below) / channels;
  const [stepX, stepY] = [right / channels, below / channels];
  for (let round = 0; round < ROUNDS; round++) {
    const before = box;
    const plain = (start: number, step: number, across: number, lines: number, count: number) =>
      plainLines({ sums, span, start, step, across, lines, count });
    const width = box.right - box.left;
    let height = box.bottom - box.top;
    box = { ...box, top: box.top + plain(at(box.left, box.top), stepX, stepY, height, width) };
    height = box.bottom - box.top;
    const last = at(box.left, box.bottom - 1);
    box = { ...box, bottom: box.bottom - plain(last, stepX, -stepY, height, width) };
    height = box.bottom - box.top;
    box = { ...box, left: box.left + plain(at(box.left, box.top), stepY, stepX, width, height) };
    const rest = box.right - box.left;
    const end = at(box.right - 1, box.top);
    box = { ...box, right: box.right - plain(end, stepY, -stepX, rest, height) };
    if (Math.min(box.bottom - box.top, box.right - box.left) === 0) break;
    const { top, left, bottom } = before;
    if (top === box.top && left === box.left && bottom === box.bottom && before.right === box.right)
      break;
  }
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  if (height * LEAST_PART < reading.height || width * LEAST_PART < reading.width) return reading;
  return { ...reading, width, height, origin: origin + box.left * right + box.top * below };
}

/** The sum of every pixel's channels; of one channel, the samples themselves. */
function sumsOf(samples: Samples, channels: number): Samples | Uint32Array {
  if (channels === 1) return samples;
  const sums = new Uint32Array(samples.length / channels);
  for (let pixel = 0, at = 0; pixel < sums.length; pixel++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[at++] as number;
    sums[pixel] = sum;
  }
  return sums;
}

interface Lines {
  readonly sums: Samples | Uint32Array;
  /** From black to white. */
  readonly span: number;
  /** The first pixel, the way to the next of its line, and to the next line. */
  readonly start: number;
  readonly step: number;
  readonly across: number;
  readonly lines: number;
  /** Pixels of a line. */
  readonly count: number;
}

/** How many of the first lines are of the first one's level; 0 where there are none. */
function plainLines({ sums, span, start, step, across, lines, count }: Lines): number {
  if (lines <= 0 || count <= 0) return 0;
  const first = new Uint32Array(count);
  for (let i = 0; i < count; i++) first[i] = sums[start + i * step] as number;
  const level = first.sort()[(count - 1) >> 1] as number;
  for (let line = 0; line < lines; line++) {
    let odd = 0;
    for (let i = 0, at = start + line * across; i < count; i++, at += step) {
      if (Math.abs((sums[at] as number) - level) * LEVELS_APART > span) odd++;
    }
    if (odd * ODD_PIXELS > count) return line;
  }
  return lines;
}
