// Twin: reference/decoding/jpeg_codes.py.

import type { Bits, HuffmanTable } from "./huffman.js";
import { damaged } from "./refusal.js";

/** Coefficients of a block. */
export const BLOCK = 64;

/** A block of one scan's unit. */
export interface Block {
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** By block of the component and place: 1 for a coefficient that is known not to be 0. */
  readonly known: Uint8Array;
}

/** What a scan's header says. */
export interface Scan {
  /** The blocks that come again and again; one where a component is alone. */
  readonly unit: readonly Block[];
  readonly progressive: boolean;
  /** The first and last coefficient of the spectrum. */
  readonly first: number;
  readonly last: number;
  /** Whether it adds a bit to coefficients that an earlier scan has begun. */
  readonly refines: boolean;
}

/**
 * Reads over `count` units of a scan, of which the first is number `start`, making no sample of them.
 * Throws EngineError when a code does not exist or a table is missing.
 */
export function passUnits(bits: Bits, scan: Scan, start: number, count: number): void {
  if (!scan.progressive) passSequential(bits, scan.unit, count);
  else if (scan.first === 0) passDc(bits, scan, count);
  else (scan.refines ? passRefined : passBegun)(bits, scan, start, count);
}

function given(table: HuffmanTable | undefined): HuffmanTable {
  if (!table) throw damaged("a table of codes is missing");
  return table;
}

function passSequential(bits: Bits, unit: readonly Block[], count: number): void {
  const tables = unit.map(({ dc, ac }) => [given(dc), given(ac)] as const);
  for (let i = 0; i < count; i++) {
    for (const [dc, ac] of tables) {
      bits.skip(bits.symbol(dc));
      for (let place = 1; place < BLOCK; place++) {
        const symbol = bits.symbol(ac);
        const size = symbol & 15;
        const run = symbol >> 4;
        if (size === 0 && run < 15) break;
        bits.skip(size);
        place += run;
      }
    }
  }
}

function passDc(bits: Bits, { unit, refines }: Scan, count: number): void {
  for (let i = 0; i < count; i++) {
    for (const { dc } of unit) bits.skip(refines ? 1 : bits.symbol(given(dc)));
  }
}

/** A scan that begins coefficients: those that are not 0 are marked. */
function passBegun(bits: Bits, { unit, first, last }: Scan, start: number, count: number): void {
  const { ac, known } = unit[0]!;
  const table = given(ac);
  let blocks = 0;
  for (let block = start * BLOCK; block < (start + count) * BLOCK; block += BLOCK) {
    if (blocks > 0) {
      blocks--;
      continue;
    }
    for (let place = first; place <= last; place++) {
      const symbol = bits.symbol(table);
      const size = symbol & 15;
      const run = symbol >> 4;
      if (size === 0 && run < 15) {
        blocks = (1 << run) + bits.take(run) - 1;
        break;
      }
      bits.skip(size);
      place += run;
      if (size > 0 && place < BLOCK) known[block + place] = 1;
    }
  }
}

/** A scan that refines: a bit for each known coefficient that it passes, or begins one. */
function passRefined(bits: Bits, { unit, first, last }: Scan, start: number, count: number): void {
  const { ac, known } = unit[0]!;
  const table = given(ac);
  let blocks = 0;
  for (let block = start * BLOCK; block < (start + count) * BLOCK; block += BLOCK) {
    const end = block + last + 1;
    let place = block + first;
    for (; place < end && blocks === 0; place++) {
      const symbol = bits.symbol(table);
      const size = symbol & 15;
      let run = symbol >> 4;
      if (size === 0 && run < 15) {
        blocks = (1 << run) + bits.take(run);
        break;
      }
      if (size > 0) bits.skip(1);
      for (; place < end && (known[place] || run > 0); place++) {
        if (known[place]) bits.skip(1);
        else run--;
      }
      if (size > 0 && place < end) known[place] = 1;
    }
    if (blocks === 0) continue;
    for (; place < end; place++) if (known[place]) bits.skip(1);
    blocks--;
  }
}
