import { undoPaeth, undoPaethTwice } from "./png_paeth.js";
import { damaged } from "./refusal.js";

const PAETH = 4;

/**
 * Undoes the filters of PNG rows where they lie; each row is one byte that names its filter and
 * `length` bytes of pixels (PNG, third edition, 9.2).
 *
 * @param from where the first row's filter byte lies.
 * @param step bytes of a whole pixel, at least 1.
 */
export function unfilter(
  raw: Uint8Array,
  from: number,
  rows: number,
  length: number,
  step: number,
): void {
  const filter = (row: number) => raw[from + row * (length + 1)]!;
  const lineOf = (row: number) => {
    const at = from + row * (length + 1) + 1;
    return raw.subarray(at, at + length);
  };
  let above: Uint8Array = new Uint8Array(length);
  for (let row = 0; row < rows; row++) {
    let line = lineOf(row);
    if (step === 1 && row + 1 < rows && filter(row) === PAETH && filter(row + 1) === PAETH) {
      const next = lineOf(++row);
      undoPaethTwice(line, next, above);
      line = next;
    } else {
      undo(filter(row), line, above, step);
    }
    above = line;
  }
}

function undo(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = step; i < line.length; i++) line[i]! += line[i - step]!;
      return;
    case 2:
      for (let i = 0; i < line.length; i++) line[i]! += above[i]!;
      return;
    case 3:
      return undoAverage(line, above, step);
    case PAETH:
      return undoPaeth(line, above, step);
    default:
      throw damaged("a row's filter does not exist");
  }
}

function undoAverage(line: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, line.length);
  for (let i = 0; i < first; i++) line[i]! += above[i]! >> 1;
  for (let i = step; i < line.length; i++) line[i]! += (line[i - step]! + above[i]!) >> 1;
}
