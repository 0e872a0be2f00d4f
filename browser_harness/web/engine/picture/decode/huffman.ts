import { damaged } from "./refusal.js";

const LONGEST = 16;

/** Codes of at most 16 bits: for every 16 bits, how many of them are a code, and its symbol. */
export interface HuffmanTable {
  /** Zero where no code begins like this. */
  readonly lengths: Uint8Array;
  readonly symbols: Uint8Array;
}

/** The tables of a DHT segment by class and number (ISO/IEC 10918-1, B.2.4.2, C.2). */
export function huffmanTablesOf(segment: Uint8Array): Map<number, HuffmanTable> {
  const found = new Map<number, HuffmanTable>();
  for (let at = 0; at < segment.length;) {
    const counts = segment.subarray(at + 1, at + 1 + LONGEST);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 1 + LONGEST, at + 1 + LONGEST + total);
    if (counts.length < LONGEST || symbols.length < total || total > 256) {
      throw damaged("a table of codes is cut off");
    }
    found.set(segment[at]!, tableOf(counts, symbols));
    at += 1 + LONGEST + total;
  }
  return found;
}

function tableOf(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const lengths = new Uint8Array(1 << LONGEST);
  const symbols = new Uint8Array(1 << LONGEST);
  let next = 0;
  let start = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const span = 1 << (LONGEST - length);
    for (let i = 0; i < counts[length - 1]!; i++) {
      if (start + span > lengths.length) throw damaged("a table has more codes than there can be");
      lengths.fill(length, start, start + span);
      symbols.fill(values[next++]!, start, start + span);
      start += span;
    }
  }
  return { lengths, symbols };
}

/** Reads the bits of one stretch of a scan's data, up to the next marker. */
export class Bits {
  private held = 0;
  private count = 0;
  /** Bits that were made up because the data had ended. */
  private madeUp = 0;

  constructor(
    private readonly content: Uint8Array,
    private at: number,
  ) {}

  /** The next symbol of a table. Throws EngineError. */
  symbol({ lengths, symbols }: HuffmanTable): number {
    if (this.count < LONGEST) this.fill();
    const ahead = (this.held >>> (this.count - LONGEST)) & 0xffff;
    const length = lengths[ahead]!;
    if (length === 0) throw damaged("its data hold a code that does not exist");
    this.count -= length;
    return symbols[ahead]!;
  }

  /** The next bits, 15 at most, as a number. */
  take(bits: number): number {
    if (this.count < bits) this.fill();
    this.count -= bits;
    return (this.held >>> this.count) & ((1 << bits) - 1);
  }

  /** Passes over bits. */
  skip(bits: number): void {
    let left = bits;
    while (this.count < left) {
      left -= this.count;
      this.count = 0;
      this.fill();
    }
    this.count -= left;
  }

  /** Where the byte of the last bit that was read ends. Throws EngineError as `end`. */
  dataEnd(): number {
    if (this.count < this.madeUp) throw damaged("pixels are missing");
    let at = this.at;
    for (let ahead = (this.count - this.madeUp) >> 3; ahead > 0; ahead--) {
      at -= this.content[at - 1] === 0 && this.content[at - 2] === 0xff ? 2 : 1;
    }
    return at;
  }

  /** Where the marker after these bits lies. Throws EngineError when more were read than came. */
  end(): number {
    if (this.count < this.madeUp) throw damaged("pixels are missing");
    let at = this.at;
    while (!(this.content[at] === 0xff && this.content[at + 1] !== 0)) {
      if (at >= this.content.length) throw damaged("it ends too early");
      at++;
    }
    return at;
  }

  private fill(): void {
    while (this.count <= 24) {
      let byte = this.content[this.at] ?? 0xff;
      if (byte === 0xff && this.content[this.at + 1] !== 0) {
        byte = 0;
        this.madeUp += 8;
      } else {
        this.at += byte === 0xff ? 2 : 1;
      }
      this.held = (this.held << 8) | byte;
      this.count += 8;
    }
  }
}
