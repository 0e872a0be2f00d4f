import { damaged } from "./refusal.js";

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
  const zeros = new Uint8Array(length);
  let above: Uint8Array = zeros;
  for (let row = 0; row < rows; row++) {
    const at = from + row * (length + 1);
    const line = raw.subarray(at + 1, at + 1 + length);
    undo(raw[at]!, line, above, step);
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
    case 4:
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

function undoPaeth(line: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, line.length);
  for (let i = 0; i < first; i++) line[i]! += above[i]!;
  for (let i = step; i < line.length; i++) {
    const left = line[i - step]!;
    const up = above[i]!;
    const corner = above[i - step]!;
    const byLeft = Math.abs(up - corner);
    const byUp = Math.abs(left - corner);
    const byCorner = Math.abs(left + up - corner - corner);
    const nearest = byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    line[i]! += nearest;
  }
}
