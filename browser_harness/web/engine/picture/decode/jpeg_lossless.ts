import { Bits, huffmanTablesOf, type HuffmanTable } from "./huffman.js";
import type { Frame } from "./jpeg_frame.js";
import { segmentsOf } from "./jpeg_frame.js";
import { damaged } from "./refusal.js";

const DHT = 0xc4;
const DRI = 0xdd;
const SOS = 0xda;
const RST0 = 0xd0;

interface Scan {
  readonly table: HuffmanTable;
  /** How a sample is predicted, 1 to 7. */
  readonly predictor: number;
  /** Bits that were cut off. */
  readonly shift: number;
  /** Rows from one restart marker to the next; 0 without such markers. */
  readonly interval: number;
  /** Where its data start. */
  readonly start: number;
}

/**
 * The samples of a lossless JPEG of one component (ISO/IEC 10918-1, annex H), 2 to 16 bits.
 *
 * Own code, since the one library for browsers reads beyond the data, for ever if need be, and takes
 * some last codes for markers. Throws EngineError when a code does not exist or data are missing.
 */
export function decodeLosslessJpeg(content: Uint8Array, frame: Frame): Uint16Array {
  const { width, height, precision } = frame;
  const scan = scanOf(content, frame);
  const samples = new Uint16Array(width * height);
  const rows = scan.interval || height;
  let at = scan.start;
  for (let top = 0, restarts = 0; top < height; top += rows, restarts++) {
    if (top > 0) at = afterRestart(content, at, restarts - 1);
    const bits = new Bits(content, at);
    const bottom = Math.min(height, top + rows);
    decodeFirstRow(bits, scan, samples.subarray(top * width, (top + 1) * width), precision);
    for (let row = top + 1; row < bottom; row++) {
      decodeRow(bits, scan, samples.subarray((row - 1) * width, (row + 1) * width), width);
    }
    at = bits.end();
  }
  if (scan.shift > 0) samples.forEach((value, i) => (samples[i] = value << scan.shift));
  return samples;
}

function scanOf(content: Uint8Array, { width, precision, components }: Frame): Scan {
  const tables = new Map<number, HuffmanTable>();
  let interval = 0;
  for (const { marker, segment, end } of segmentsOf(content)) {
    if (marker === DHT) huffmanTablesOf(segment).forEach((table, id) => tables.set(id, table));
    if (marker === DRI) interval = segment[0]! * 256 + segment[1]!;
    if (marker !== SOS) continue;
    const [count, id, selector, predictor, , approximation] = segment;
    const table = tables.get(selector! >> 4);
    const shift = approximation! & 15;
    const fits = segment.length === 6 && count === 1 && id === components[0]!.id;
    if (!fits || predictor! < 1 || predictor! > 7 || shift >= precision || !table) {
      throw damaged("its scan is none of a lossless JPEG");
    }
    if (interval % width !== 0) throw damaged("its restarts are not at the ends of rows");
    return { table, predictor: predictor!, shift, interval: interval / width, start: end };
  }
  throw damaged("it has no pixels");
}

function afterRestart(content: Uint8Array, at: number, number: number): number {
  while (content[at + 1] === 0xff) at++; // fill bytes
  if (content[at + 1] !== RST0 + (number % 8)) throw damaged("a restart marker is missing");
  return at + 2;
}

function decodeFirstRow(bits: Bits, scan: Scan, row: Uint16Array, precision: number): void {
  let left = 1 << (precision - scan.shift - 1);
  for (let x = 0; x < row.length; x++) {
    left = (left + difference(bits, scan.table)) & 0xffff;
    row[x] = left;
  }
}

/** Decodes the second of two rows. */
function decodeRow(bits: Bits, { table, predictor }: Scan, rows: Uint16Array, width: number): void {
  let left = (rows[0]! + difference(bits, table)) & 0xffff;
  rows[width] = left;
  for (let x = 1; x < width; x++) {
    const guess = prediction(predictor, left, rows[x]!, rows[x - 1]!);
    left = (guess + difference(bits, table)) & 0xffff;
    rows[width + x] = left;
  }
}

/** Table H.1. */
function prediction(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}

function difference(bits: Bits, table: HuffmanTable): number {
  const size = bits.symbol(table);
  if (size === 0) return 0;
  if (size === 16) return 32768;
  if (size > 16) throw damaged("its data hold a code that does not exist");
  const value = bits.take(size);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}
