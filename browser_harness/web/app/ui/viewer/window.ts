/** The levels that become black and white; `high` is above `low`. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** As radiology names it: the middle, and how many levels lie between black and white. */
export interface Levelled {
  readonly level: number;
  readonly width: number;
}

export function levelledOf({ low, high }: Window): Levelled {
  return { level: (low + high) / 2, width: high - low };
}

/** A window by middle and width, within what the picture's white allows; at least one level wide. */
export function windowOf({ level, width }: Levelled, white: number): Window {
  const wide = Math.min(2 * white, Math.max(1, width));
  const middle = Math.min(white, Math.max(0, level));
  return { low: middle - wide / 2, high: middle + wide / 2 };
}

/** What dragging does: to the right more contrast, upwards brighter; a stage's length is the range. */
export function dragged(window: Window, dx: number, dy: number, white: number): Window {
  const { level, width } = levelledOf(window);
  return windowOf({ level: level + dy * white, width: width - dx * white }, white);
}

/** The gray (0 to 255) of every level from 0 to `white`. */
export function grayTable({ low, high }: Window, white: number, inverted: boolean): Uint8Array {
  const table = new Uint8Array(white + 1);
  const wide = Math.max(1e-9, high - low);
  for (let level = 0; level <= white; level++) {
    const share = Math.min(1, Math.max(0, (level - low) / wide));
    table[level] = Math.round(255 * (inverted ? 1 - share : share));
  }
  return table;
}
