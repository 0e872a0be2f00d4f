// Twin: reference/decoding/jpeg_extra.py.

import { EngineError } from "../../errors.js";
import { Bits, huffmanTablesOf, type HuffmanTable } from "./huffman.js";
import { BLOCK, passUnits, type Scan } from "./jpeg_codes.js";
import { BASELINE, EXTENDED, PROGRESSIVE, segmentsOf, type Segment } from "./jpeg_frame.js";
import { damaged } from "./refusal.js";

/** More bytes than this after the last block are what a damaged code leaves over, not padding. */
const MOST_EXTRA = 64;
const DHT = 0xc4;
const DRI = 0xdd;
const SOS = 0xda;

/**
 * What `decode` makes of a JPEG, and, if it objects, of the JPEG without the bytes after the last
 * block of its scans or restart intervals: libjpeg-turbo warns of them unless it has read beyond
 * them already, which depends on its build. Throws what `decode` throws.
 */
export async function despiteExtraBytes<T>(
  content: Uint8Array,
  decode: (stream: Uint8Array) => Promise<T>,
): Promise<T> {
  try {
    return await decode(content);
  } catch (error) {
    const shorter = error instanceof EngineError ? withoutExtraBytes(content) : content;
    if (shorter.length === content.length) throw error;
    return decode(shorter);
  }
}

/** The JPEG without such bytes; as it is where it cannot be followed, or has too many of them. */
export function withoutExtraBytes(content: Uint8Array): Uint8Array {
  try {
    return followed(content);
  } catch (error) {
    if (error instanceof EngineError) return content;
    throw error;
  }
}

/**
 * The JPEG without such bytes. Throws EngineError where it cannot be followed: a code does not exist,
 * data or a restart marker are missing, or too much follows the last block.
 */
export function followed(content: Uint8Array): Uint8Array {
  return joined(new Walk(content).pieces());
}

interface Component {
  readonly across: number;
  readonly down: number;
  /** How many it has where it is alone in a scan. */
  readonly blocks: number;
  readonly known: Uint8Array;
}

/** What the segments so far say, on the way through a file. */
class Walk {
  private progressive = false;
  private units = 0;
  private interval = 0;
  private readonly components = new Map<number, Component>();
  private readonly tables = new Map<number, HuffmanTable>();

  constructor(private readonly content: Uint8Array) {}

  /** What is to be kept of the file, in its order. */
  *pieces(): Generator<Uint8Array> {
    let kept = 0;
    for (const found of segmentsOf(this.content)) {
      const { marker, segment } = found;
      if ([BASELINE, EXTENDED, PROGRESSIVE].includes(marker)) this.readFrame(found);
      if (marker === DHT) huffmanTablesOf(segment).forEach((one, id) => this.tables.set(id, one));
      if (marker === DRI) this.interval = (segment[0] ?? 0) * 256 + (segment[1] ?? 0);
      if (marker !== SOS) continue;
      yield this.content.subarray(kept, found.end);
      yield* this.intervals(found);
      kept = found.scanEnd;
    }
    yield this.content.subarray(kept);
  }

  private readFrame({ marker, segment }: Segment): void {
    this.progressive = marker === PROGRESSIVE;
    const [, h1, h0, w1, w0] = segment as unknown as readonly number[];
    const [height, width] = [h1! * 256 + h0!, w1! * 256 + w0!];
    const found = Array.from({ length: Math.floor((segment.length - 6) / 3) }, (_, i) => {
      const [name, factors] = [segment[6 + 3 * i]!, segment[7 + 3 * i]!];
      return { name, across: factors >> 4, down: factors & 15 };
    });
    if (found.some(({ across, down }) => across === 0 || down === 0)) {
      throw damaged("a component has no samples");
    }
    const acrossMost = 8 * Math.max(...found.map(({ across }) => across));
    const downMost = 8 * Math.max(...found.map(({ down }) => down));
    this.units = Math.ceil(width / acrossMost) * Math.ceil(height / downMost);
    for (const { name, across, down } of found) {
      const columns = Math.ceil((width * across) / acrossMost);
      const blocks = columns * Math.ceil((height * down) / downMost);
      const known = new Uint8Array(this.progressive ? blocks * BLOCK : 0);
      this.components.set(name, { across, down, blocks, known });
    }
  }

  /** The data of a scan's intervals, with the restart markers between them. */
  private *intervals({ segment, end, scanEnd }: Segment): Generator<Uint8Array> {
    const { units, ...scan } = this.scanOf(segment);
    const step = this.interval || units;
    let start = end;
    for (let first = 0; first < units; first += step) {
      const bits = new Bits(this.content, start);
      passUnits(bits, scan, first, Math.min(step, units - first));
      const used = bits.dataEnd();
      yield this.content.subarray(start, used);
      if (first + step >= units) {
        requireFew(this.content.subarray(used, scanEnd));
        return;
      }
      const mark = this.restartFrom(used, scanEnd);
      requireFew(withoutFill(this.content.subarray(used, mark)));
      yield this.content.subarray(mark, mark + 2);
      start = mark + 2;
    }
  }

  private restartFrom(start: number, scanEnd: number): number {
    for (let at = start; at + 1 < scanEnd; at++) {
      const next = this.content[at + 1]!;
      if (this.content[at] === 0xff && next >= 0xd0 && next <= 0xd7) return at;
    }
    throw damaged("a restart marker is missing");
  }

  private scanOf(header: Uint8Array): Scan & { readonly units: number } {
    const count = header[0] ?? 0;
    const chosen = Array.from({ length: count }, (_, i) => ({
      one: this.components.get(header[1 + 2 * i]!),
      tables: header[2 + 2 * i]!,
    }));
    const [first, last, bits] = header.subarray(-3) as unknown as readonly number[];
    const fits = count > 0 && header.length === 4 + 2 * count && last! < BLOCK;
    if (!fits || (this.progressive && first! > 0 && count > 1)) {
      throw damaged("a scan has no possible header");
    }
    const unit = chosen.flatMap(({ one, tables }) => {
      if (!one) throw damaged("a scan has no possible header");
      const { known, across, down } = one;
      const dc = this.tables.get(tables >> 4);
      const ac = this.tables.get(16 | (tables & 15));
      const blocks = count > 1 ? across * down : 1;
      return Array.from({ length: blocks }, () => ({ dc, ac, known }));
    });
    const units = count > 1 ? this.units : chosen[0]!.one!.blocks;
    const { progressive } = this;
    return { unit, progressive, first: first!, last: last!, refines: bits! > 15, units };
  }
}

function requireFew(extra: Uint8Array): void {
  if (extra.length > MOST_EXTRA && extra.some((byte) => byte !== 0)) {
    throw damaged("too many bytes follow its last block");
  }
}

/** Bytes without the fill bytes before the marker after them. */
function withoutFill(extra: Uint8Array): Uint8Array {
  let end = extra.length;
  while (extra[end - 1] === 0xff) end--;
  return extra.subarray(0, end);
}

function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  const all = [...pieces];
  const result = new Uint8Array(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}
