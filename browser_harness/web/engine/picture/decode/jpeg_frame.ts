// Twin: reference/decoding/jpeg.py and reference/decoding/jpeg_frame.py.

import { isUnevenJpeg } from "./density.js";
import { damaged, refusal } from "./refusal.js";

export const BASELINE = 0xc0;
export const EXTENDED = 0xc1;
export const PROGRESSIVE = 0xc2;
export const LOSSLESS = 0xc3;
export const JPEG_LS = 0xf7;

/** A component of a JPEG: its name and how often it is sampled across and down. */
export interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
}

/** What a JPEG's markers say, read without decoding anything. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly precision: number;
  /** The marker of the process, such as BASELINE. */
  readonly process: number;
  readonly components: readonly Component[];
  /** Where the data of the last scan end. */
  readonly end: number;
  /** Contents of the first APP1 that is EXIF, from its TIFF header on. */
  readonly exif: Uint8Array | null;
  /** Whether the first APP0 gives other densities across than down. */
  readonly uneven: boolean;
}

/** More scans than any encoder writes; each is a walk over the whole image. */
const MAX_SCANS = 100;
const PNG = "export it as PNG";
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const PROCESSES = [
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7,
];
/** Markers of a sequence that has no contents: TEM, RST0 to RST7. */
const ALONE = [0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7];

/** A segment of a JPEG. */
export interface Segment {
  readonly marker: number;
  /** Its contents, without marker and length. */
  readonly segment: Uint8Array;
  /** Where it ends; of SOS: where the scan's data start. */
  readonly end: number;
  /** Of SOS: where the next marker, or the first fill byte before it, starts; else 0. */
  readonly scanEnd: number;
}

/**
 * The segments of a JPEG from SOI to EOI, one after the other; what follows EOI is no image.
 *
 * Throws EngineError when one is malformed or cut off, or EOI does not come.
 */
export function* segmentsOf(content: Uint8Array): Generator<Segment> {
  if (content[0] !== 0xff || content[1] !== SOI) throw damaged("it does not begin like a JPEG");
  let stuffsBits = false;
  for (let at = 2; ;) {
    const marker = markerAt(content, at);
    at = marker.end;
    if (marker.code === EOI) return;
    if (ALONE.includes(marker.code)) continue;
    const segment = segmentAt(content, at);
    at += 2 + segment.length;
    if (marker.code === JPEG_LS) stuffsBits = true;
    const scanEnd = marker.code === SOS ? endOfScan(content, at, stuffsBits) : 0;
    yield { marker: marker.code, segment, end: at, scanEnd };
    at = scanEnd || at;
  }
}

/** What a JPEG's segments say. Throws EngineError, also when there is no frame or several. */
export function frameOf(content: Uint8Array): Frame {
  let frame: Omit<Frame, "exif" | "end" | "uneven"> | null = null;
  let end = 0;
  let exif: Uint8Array | null = null;
  let density: Uint8Array | null = null;
  let scans = 0;
  for (const { marker, segment, scanEnd } of segmentsOf(content)) {
    if (PROCESSES.includes(marker)) {
      if (frame) throw damaged("it has two frames");
      frame = { process: marker, ...headerOf(segment) };
    } else if (marker === APP1 && !exif && isExif(segment)) {
      exif = segment.subarray(6);
    } else if (marker === APP0) {
      density ??= segment;
    } else if (marker === SOS) {
      if (!frame) throw damaged("pixels come before the frame");
      if (++scans > MAX_SCANS) throw refusal(`the JPEG has more than ${MAX_SCANS} scans`, PNG);
      end = scanEnd;
    }
  }
  if (!frame || scans === 0) throw damaged("it has no pixels");
  return { ...frame, exif, end, uneven: density !== null && isUnevenJpeg(density) };
}

/** The marker at `at`, after any fill bytes, and where it ends. */
function markerAt(content: Uint8Array, at: number): { code: number; end: number } {
  if (content[at] !== 0xff) throw damaged("a marker is missing");
  let end = at + 1;
  while (content[end] === 0xff) end++;
  const code = content[end];
  if (code === undefined) throw damaged("it ends too early");
  if (code === 0) throw damaged("a marker is missing");
  return { code, end: end + 1 };
}

function segmentAt(content: Uint8Array, at: number): Uint8Array {
  const length = (content[at] ?? NaN) * 256 + (content[at + 1] ?? NaN);
  if (!(length >= 2) || at + length > content.length) throw damaged("a segment is cut off");
  return content.subarray(at + 2, at + length);
}

function headerOf(segment: Uint8Array): Omit<Frame, "exif" | "process" | "end" | "uneven"> {
  const [precision, h1, h0, w1, w0, count] = segment;
  if (count === undefined || count === 0 || segment.length !== 6 + 3 * count) {
    throw damaged("its frame header has no possible length");
  }
  const components = Array.from({ length: count }, (_, i) => {
    const [id, factors] = segment.subarray(6 + 3 * i);
    return { id: id!, across: factors! >> 4, down: factors! & 15 };
  });
  return {
    precision: precision!,
    height: h1! * 256 + h0!,
    width: w1! * 256 + w0!,
    components,
  };
}

function isExif(segment: Uint8Array): boolean {
  return segment.length > 6 && String.fromCharCode(...segment.subarray(0, 6)) === "Exif\0\0";
}

/**
 * Where the marker after a scan's data lies, or the first fill byte before it. JPEG-LS stuffs a bit,
 * the others a zero byte and may have fill bytes before restart markers too.
 */
function endOfScan(content: Uint8Array, at: number, stuffsBits: boolean): number {
  for (;;) {
    at = content.indexOf(0xff, at);
    let end = at + 1;
    if (!stuffsBits) while (content[end] === 0xff) end++;
    const next = at < 0 ? undefined : content[end];
    if (next === undefined) throw damaged("it ends too early");
    const data = stuffsBits ? next < 0x80 : next === 0 && end === at + 1;
    if (!data && (next < 0xd0 || next > 0xd7)) return at;
    at = end + 1;
  }
}
