// Twin: reference/decoding/jpeg_twelve.py.

import { Bits, huffmanTablesOf, type HuffmanTable } from "./huffman.js";
import { BLOCK } from "./jpeg_codes.js";
import { followed } from "./jpeg_extra.js";
import { BASELINE, EXTENDED, segmentsOf, type Frame } from "./jpeg_frame.js";
import { inverseTransform } from "./jpeg_transform.js";
import { damaged } from "./refusal.js";

/** The bits of a sample; no other number above 8 is in ISO/IEC 10918-1's lossy processes. */
export const TWELVE = 12;

const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const RST0 = 0xd0;

/** Where the coefficients of a block lie, row by row, in the order in which they are coded. */
const ZIGZAG = zigzag();

interface Scan {
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  readonly steps: Uint16Array;
  /** Blocks from one restart marker to the next; 0 without such markers. */
  readonly interval: number;
  readonly start: number;
}

/**
 * The samples of a sequential JPEG of 12 bits and one component, sample for sample libjpeg-turbo's.
 *
 * Own code, since no build for browsers has it. Throws EngineError when it has several
 * scans, a code does not exist, data are missing, or restart markers are out of order.
 */
export function decodeTwelve(content: Uint8Array, frame: Frame): Uint16Array {
  const sound = followed(content);
  const scan = scanOf(sound);
  const { width, height } = frame;
  const across = Math.ceil(width / 8);
  const count = across * Math.ceil(height / 8);
  const samples = new Uint16Array(width * height);
  const [coefficients, block] = [new Int16Array(BLOCK), new Uint16Array(BLOCK)];
  let bits = new Bits(sound, scan.start);
  let level = 0;
  for (let i = 0; i < count; i++) {
    if (scan.interval > 0 && i > 0 && i % scan.interval === 0) {
      bits = new Bits(sound, afterRestart(sound, bits.end(), i / scan.interval - 1));
      level = 0;
    }
    level = readBlock(bits, scan, level, coefficients);
    inverseTransform(coefficients, scan.steps, block);
    const [left, top] = [8 * (i % across), 8 * Math.floor(i / across)];
    const columns = Math.min(8, width - left);
    for (let y = 0; y < Math.min(8, height - top); y++) {
      samples.set(block.subarray(8 * y, 8 * y + columns), (top + y) * width + left);
    }
  }
  bits.end();
  return samples;
}

function scanOf(content: Uint8Array): Scan {
  const codes = new Map<number, HuffmanTable>();
  const steps = new Map<number, Uint16Array>();
  let interval = 0;
  let quantised = 0;
  let found: Scan | null = null;
  for (const { marker, segment, end } of segmentsOf(content)) {
    if (marker === BASELINE || marker === EXTENDED) quantised = segment[8]!;
    if (marker === DHT) huffmanTablesOf(segment).forEach((table, id) => codes.set(id, table));
    if (marker === DQT) stepsOf(segment).forEach((table, id) => steps.set(id, table));
    if (marker === DRI) interval = segment[0]! * 256 + segment[1]!;
    if (marker !== SOS) continue;
    if (found) throw damaged("it has several scans of one component");
    const chosen = segment[2]!;
    const [dc, ac] = [codes.get(chosen >> 4), codes.get(16 | (chosen & 15))];
    const table = steps.get(quantised);
    if (!dc || !ac || !table) throw damaged("a table of codes is missing");
    requireUsable(dc, 15);
    requireUsable(ac, 255);
    found = { dc, ac, steps: table, interval, start: end };
  }
  if (!found) throw damaged("it has no pixels");
  return found;
}

/** Tables of quantisation steps by number, in the order of rows (ISO/IEC 10918-1, B.2.4.1). */
function stepsOf(segment: Uint8Array): Map<number, Uint16Array> {
  const found = new Map<number, Uint16Array>();
  for (let at = 0; at < segment.length;) {
    const [deep, id] = [segment[at]! >> 4, segment[at]! & 15];
    const size = deep ? 2 : 1;
    if (at + 1 + size * BLOCK > segment.length) throw damaged("a table of steps is cut off");
    const table = new Uint16Array(BLOCK);
    for (let i = 0; i < BLOCK; i++) {
      const value = at + 1 + size * i;
      table[ZIGZAG[i]!] = deep ? segment[value]! * 256 + segment[value + 1]! : segment[value]!;
    }
    found.set(id, table);
    at += 1 + size * BLOCK;
  }
  return found;
}

/** Refuses a table that libjpeg-turbo refuses: a code of ones only, or a symbol that is too great. */
function requireUsable({ lengths, symbols }: HuffmanTable, most: number): void {
  const full = lengths[lengths.length - 1] !== 0;
  if (full || symbols.some((symbol) => symbol > most)) throw damaged("a table of codes is damaged");
}

/** Reads a block's coefficients, not yet multiplied, and returns the level of its first. */
function readBlock(bits: Bits, { dc, ac }: Scan, before: number, block: Int16Array): number {
  block.fill(0);
  const level = before + extended(bits, bits.symbol(dc));
  block[0] = level;
  for (let place = 1; place < BLOCK; place++) {
    const symbol = bits.symbol(ac);
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size === 0 && run < 15) break;
    place += run;
    // What no encoder writes, a run beyond the block, ends in its last place, as in libjpeg-turbo.
    if (size > 0) block[ZIGZAG[Math.min(place, BLOCK - 1)]!] = extended(bits, size);
  }
  return level;
}

/** The next bits as a number with its sign (ISO/IEC 10918-1, F.2.2.1). */
function extended(bits: Bits, size: number): number {
  if (size === 0) return 0;
  const value = bits.take(size);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

function afterRestart(content: Uint8Array, at: number, number: number): number {
  if (content[at + 1] !== RST0 + (number % 8)) throw damaged("a restart marker is missing");
  return at + 2;
}

function zigzag(): Uint8Array {
  const places = Array.from({ length: BLOCK }, (_, i) => ({ y: i >> 3, x: i & 7 }));
  const rank = ({ y, x }: { y: number; x: number }) => (x + y) * 8 + ((x + y) % 2 ? y : x);
  places.sort((one, other) => rank(one) - rank(other));
  return Uint8Array.from(places, ({ y, x }) => 8 * y + x);
}
