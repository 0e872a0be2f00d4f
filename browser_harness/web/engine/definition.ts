import { EngineError, wordsOf } from "./errors.js";
import { fetchVerified } from "./files.js";
import { RADIUS, type Resampler } from "./filters.js";
import type { FileDigest } from "./types.js";

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
}

const FLOAT32_MAX = 3.4028234663852886e38;

const FIELDS: Readonly<Record<keyof Preprocess, (value: unknown) => string | null>> = {
  schema_version: (value) => (value === 1 ? null : "this page knows version 1 only"),
  gray: oneOf("mean", "luma", "first"),
  orientation: oneOf("exif", "stored"),
  size: wholeFrom1To(4096),
  fit: oneOf("crop", "stretch"),
  resampler: oneOf(...Object.keys(RADIUS)),
  channels: wholeFrom1To(4),
  low: float32,
  high: float32,
};

/**
 * Fetches a definition, checks length and SHA-256 of its bytes, and reads these very bytes.
 *
 * @param label how errors name the file.
 * Throws EngineError `file-refused`.
 */
export async function fetchPreprocess(
  url: string,
  expected: FileDigest,
  label: string,
): Promise<Preprocess> {
  return parsePreprocess(await fetchVerified(url, expected, label), label);
}

/**
 * Reads a definition, every field of it. Throws EngineError `file-refused`, naming the field.
 *
 * @param label how errors name the file.
 */
export function parsePreprocess(content: BufferSource, label: string): Preprocess {
  const found = parse(content, label);
  for (const [field, problem] of Object.entries(FIELDS)) {
    if (!Object.hasOwn(found, field)) throw refused(label, `${field} is missing`);
    const what = problem(found[field]);
    if (what) throw refused(label, `${field} is ${JSON.stringify(found[field])}, ${what}`);
  }
  const unknown = Object.keys(found).find((key) => !Object.hasOwn(FIELDS, key));
  if (unknown) throw refused(label, `${unknown} is not a field of this version`);
  const { low, high, ...rest } = found as unknown as Preprocess;
  if (!(Math.fround(low) < Math.fround(high))) {
    throw refused(label, `low is ${low}, not below high, ${high}, in float32`);
  }
  return { ...rest, low: low + 0, high: high + 0 }; // -0 would show in the sign of a black pixel
}

function parse(content: BufferSource, label: string): Readonly<Record<string, unknown>> {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    throw refused(label, `it is not JSON (${wordsOf(error)})`);
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw refused(label, "it is not a JSON object");
  }
  return found as Readonly<Record<string, unknown>>;
}

function refused(label: string, why: string): EngineError {
  return new EngineError("file-refused", `${label}: no definition of preprocessing: ${why}`);
}

function oneOf(...known: readonly string[]) {
  return (value: unknown) => (known.includes(value as string) ? null : `not ${known.join(", ")}`);
}

function wholeFrom1To(most: number) {
  return (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
      ? null
      : `not a whole number from 1 to ${most}`;
}

function float32(value: unknown): string | null {
  return typeof value === "number" && Math.abs(value) <= FLOAT32_MAX ? null : "no float32 number";
}
