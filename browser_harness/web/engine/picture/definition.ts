import {
  oneOf,
  parseJson,
  refused,
  requireFields,
  version1,
  whole,
  type Fields,
} from "../fields.js";
import { areCorrections, areOfOnePicture, type Correction } from "./corrections.js";
import { NOTES, type Note } from "./picture.js";
import { RADIUS, type Resampler } from "./filters.js";

export type GrayRule = "mean" | "luma" | "first";

/** How an image becomes a model's input; the fields of reference/preprocess/definition.py. */
export interface Preprocess {
  readonly schema_version: 1;
  /** How red, green and blue become one channel. */
  readonly gray: GrayRule;
  /** `exif`: turned as the file's EXIF orientation says. */
  readonly orientation: "exif" | "stored";
  /** Side of the square input, pixels. */
  readonly size: number;
  /** `crop`: short side to `size`, centre cut out; `stretch`: both sides to `size`. */
  readonly fit: "crop" | "stretch";
  readonly resampler: Resampler;
  /** Equal copies of the gray image along the channel axis. */
  readonly channels: number;
  /** What black and white become. */
  readonly low: number;
  readonly high: number;
  /** What pictures are refused if their decoder had to say it; absent: none. */
  readonly forbid?: readonly Note[];
  /** What a reader asked for of one image, in order; absent: nothing. No release declares any. */
  readonly corrections?: readonly Correction[];
}

const FLOAT32_MAX = 3.4028234663852886e38;

const KIND = "definition of preprocessing";
const FIELDS = {
  schema_version: version1,
  gray: oneOf("mean", "luma", "first"),
  orientation: oneOf("exif", "stored"),
  size: whole(1, 4096),
  fit: oneOf("crop", "stretch"),
  resampler: oneOf(...Object.keys(RADIUS)),
  channels: whole(1, 4),
  low: float32,
  high: float32,
} satisfies Fields & Record<Exclude<keyof Preprocess, "forbid" | "corrections">, unknown>;

/**
 * Reads a definition, every field of it. Throws EngineError `file-refused`, naming the field.
 *
 * @param label how errors name the file.
 */
export function parsePreprocess(content: BufferSource, label: string): Preprocess {
  const name = { label, kind: KIND };
  const document = parseJson(content, name);
  const has = (field: string) =>
    typeof document === "object" && document !== null && field in document;
  const fields = {
    ...FIELDS,
    ...(has("forbid") && { forbid: notes }),
    ...(has("corrections") && { corrections }),
  };
  const found = requireFields(document, fields, name);
  const { low, high, ...rest } = found as unknown as Preprocess;
  if (!(Math.fround(low) < Math.fround(high))) {
    throw refused(name, `low is ${low}, not below high, ${high}, in float32`);
  }
  return { ...rest, low: low + 0, high: high + 0 }; // -0 would show in the sign of a black pixel
}

function notes(value: unknown): string | null {
  const known = Array.isArray(value) && value.every((note) => NOTES.includes(note as Note));
  return known ? null : `not a list of ${NOTES.join(", ")}`;
}

function corrections(value: unknown): string | null {
  return areCorrections(value) && areOfOnePicture(value)
    ? null
    : "no list of corrections in their order";
}

function float32(value: unknown): string | null {
  return typeof value === "number" && Math.abs(value) <= FLOAT32_MAX ? null : "no float32 number";
}
