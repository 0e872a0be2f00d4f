import type { Header } from "../../../engine/picture/decode/dicom_header.js";
import type { PictureFacts } from "../../../engine/picture/messages.js";
import type { Corrections, Examined } from "../../host/types.js";
import type { Finding, Rebuilt, Seen, Square } from "../../host/seen.js";

/** Where a file is on its way. `refused`: by the gate; `failed`: it could not be examined. */
export type Status = "waiting" | "working" | "done" | "refused" | "failed";

/** What is kept of an examined file: results, and a picture of thumb size. */
export interface Result {
  readonly facts: PictureFacts;
  readonly sha256: string;
  readonly bytes: number;
  readonly thumb: Thumb;
  readonly rebuilt: Rebuilt | null;
  readonly check: Seen["check"];
  readonly findings: readonly Finding[] | null;
  readonly calibration: Seen["calibration"];
  readonly seconds: number;
  /** What was corrected by hand before the models saw the image. */
  readonly corrections: Corrections;
  /** What the file says beside its pixels. */
  readonly header: Header | null;
  readonly origin: Origin;
}

/** What computed a result, and when (ISO 8601, UTC). */
export interface Origin {
  readonly backend: "webgl" | "wasm" | "cpu";
  readonly renderer: string | null;
  readonly selfTestPassed: boolean;
  readonly made: string;
  /** Who set the thresholds, when and until when; null: they are the release's own. */
  readonly site: OriginSite | null;
}

/** A site configuration by its words; `fingerprint` is of the key that it claims. */
export interface OriginSite {
  readonly site: string;
  readonly made: string;
  readonly until: string;
  readonly fingerprint: string;
  /** Whether it sets thresholds of the gate. */
  readonly gate: boolean;
}

/** A small square gray picture, row by row, 0 to 255. */
export interface Thumb {
  readonly size: number;
  readonly levels: Uint8Array;
}

/**
 * Why a file has no result; `detail` is the engine's own English sentence, `sha256` that of the
 * file's bytes, null if they could not be read.
 */
export interface Problem {
  readonly sha256: string | null;
  readonly code: string;
  readonly detail: string;
}

/** One file that a person gave. */
export interface Item {
  readonly id: number;
  readonly file: File;
  /** What the page calls it; no other item in line is called so. */
  readonly name: string;
  /** What is corrected for models and eyes; another list object after every change. */
  readonly corrections: Corrections;
  readonly status: Status;
  readonly result: Result | null;
  readonly problem: Problem | null;
  readonly exported: boolean;
}

const THUMB_SIDE = 112;

export function itemOf(id: number, file: File, name = nameOfFile(file)): Item {
  const nothing = { corrections: [], result: null, problem: null, exported: false } as const;
  return { id, file, name, status: "waiting", ...nothing };
}

/** A folder's file by its path in it. */
export function nameOfFile(file: File): string {
  return file.webkitRelativePath || file.name;
}

/**
 * The list with more files in line; `firstId` and the numbers after it are theirs. One that is
 * called as another gets a number: pasted images are all `image.png`.
 */
export function withFiles(
  items: readonly Item[],
  files: readonly File[],
  firstId: number,
): readonly Item[] {
  const taken = new Set(items.map(({ name }) => name));
  const added = files.map((file, place) => {
    const name = freeName(nameOfFile(file), taken);
    taken.add(name);
    return itemOf(firstId + place, file, name);
  });
  return [...items, ...added];
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
  return free;
}

/** The next one in line. */
export function nextWaiting(items: readonly Item[]): Item | null {
  return items.find((item) => item.status === "waiting") ?? null;
}

/** The list with one item changed; unchanged if it is no longer there. */
export function withItem(
  items: readonly Item[],
  id: number,
  change: Partial<Item>,
): readonly Item[] {
  return items.map((item) => (item.id === id ? { ...item, ...change } : item));
}

/** The item that takes a removed one's place in view: the one after it, else the one before. */
export function neighbourOf(items: readonly Item[], id: number): number | null {
  const place = items.findIndex((item) => item.id === id);
  if (place < 0) return null;
  return (items[place + 1] ?? items[place - 1])?.id ?? null;
}

/** How many there are, are finished, and would be lost when the page closes. */
export function countsOf(items: readonly Item[]) {
  const finished = items.filter(({ status }) => status !== "waiting" && status !== "working");
  const results = items.filter(({ result }) => result !== null);
  const unexported = results.filter(({ exported }) => !exported).length;
  return {
    all: items.length,
    finished: finished.length,
    results: results.length,
    unexported,
    /** Images that wait count too: what was pasted or photographed has no other copy. */
    losable: unexported > 0 || finished.length < items.length,
  };
}

/** What is kept of an examination; the model's full input is not. */
export function resultOf(
  { facts, sha256, bytes, header, seen }: Examined,
  corrections: Corrections,
  origin: Origin,
): Result {
  const { input, rebuilt, check, findings, calibration, seconds } = seen;
  const thumb = thumbOf(input);
  return {
    facts, sha256, bytes, thumb, rebuilt, check, findings, calibration, seconds, corrections, header, origin,
  }; // prettier-ignore
}

/** The picture as the classifier sees it, in at most 112 × 112 pixels (means of areas). */
export function thumbOf({ size, values, low, high }: Square): Thumb {
  const side = Math.min(size, THUMB_SIDE);
  const levels = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const mean = meanOf(values, size, side, x, y);
      levels[y * side + x] = Math.round(
        255 * Math.min(1, Math.max(0, (mean - low) / (high - low))),
      );
    }
  }
  return { size: side, levels };
}

function meanOf(values: Square["values"], size: number, side: number, x: number, y: number) {
  const [left, right] = [Math.floor((x * size) / side), Math.floor(((x + 1) * size) / side)];
  const [top, bottom] = [Math.floor((y * size) / side), Math.floor(((y + 1) * size) / side)];
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) sum += values[row * size + column] ?? 0;
  }
  return sum / ((right - left) * (bottom - top));
}
