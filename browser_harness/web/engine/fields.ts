import { EngineError, wordsOf } from "./errors.js";

/** A JSON object, not yet looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What is wrong with a field's value, in words that follow "it is …,"; null if nothing is. */
export type Fields = Readonly<Record<string, (value: unknown) => string | null>>;

/** A document that travels beside a model: how errors name the file, and what it should be. */
export interface DocumentName {
  readonly label: string;
  readonly kind: string;
}

/** The error for a document that cannot be used. */
export function refused({ label, kind }: DocumentName, why: string): EngineError {
  return new EngineError("file-refused", `${label}: no ${kind}: ${why}`);
}

/** Parses JSON in UTF-8. Throws EngineError `file-refused`. */
export function parseJson(content: BufferSource, name: DocumentName): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    throw refused(name, `it is not JSON (${wordsOf(error)})`);
  }
}

/**
 * An object with exactly these fields, each as it has to be.
 *
 * @param place where in the document it is, such as "points[2]"; empty for the document itself.
 * Throws EngineError `file-refused`, naming the field.
 */
export function requireFields(
  found: unknown,
  fields: Fields,
  name: DocumentName,
  place = "",
): JsonObject {
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw refused(name, `${place || "it"} is not a JSON object`);
  }
  const object = found as JsonObject;
  const at = place ? `${place}.` : "";
  for (const [field, problem] of Object.entries(fields)) {
    if (!Object.hasOwn(object, field)) throw refused(name, `${at}${field} is missing`);
    const what = problem(object[field]);
    if (what) throw refused(name, `${at}${field} is ${JSON.stringify(object[field])}, ${what}`);
  }
  const unknown = Object.keys(object).find((key) => !Object.hasOwn(fields, key));
  if (unknown) throw refused(name, `${at}${unknown} is not a field of this version`);
  return object;
}

/** Version 1 of a document. */
export function version1(value: unknown): string | null {
  return value === 1 ? null : "this page knows version 1 only";
}

/** Version 2 of a document. */
export function version2(value: unknown): string | null {
  return value === 2 ? null : "this page knows version 2 only";
}

/** A SHA-256 in hexadecimal digits. */
export function sha256(value: unknown): string | null {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? null : "no SHA-256";
}

export function oneOf(...known: readonly string[]) {
  return (value: unknown) => (known.includes(value as string) ? null : `not ${known.join(", ")}`);
}

/** Whole numbers from `least` on, up to `most` where there is an upper end. */
export function whole(least: number, most?: number) {
  const range = most === undefined ? `from ${least} on` : `from ${least} to ${most}`;
  return (value: unknown) =>
    Number.isSafeInteger(value) &&
    (value as number) >= least &&
    (value as number) <= (most ?? Number.MAX_SAFE_INTEGER)
      ? null
      : `not a whole number ${range}`;
}

/** Numbers between 0 and 1, neither of them included. */
export function within0To1(value: unknown): string | null {
  return typeof value === "number" && value > 0 && value < 1 ? null : "not between 0 and 1";
}

/** Numbers from 0 to 1, both included. */
export function from0To1(value: unknown): string | null {
  return typeof value === "number" && value >= 0 && value <= 1 ? null : "not a number from 0 to 1";
}

export function finite(value: unknown): string | null {
  return Number.isFinite(value) ? null : "not a finite number";
}

export function text(value: unknown): string | null {
  return typeof value === "string" ? null : "not a text";
}

/** A field whose parts are looked at afterwards. */
export function list(value: unknown): string | null {
  return Array.isArray(value) ? null : "not a list";
}

/** A field whose parts are looked at afterwards. */
export function object(value: unknown): string | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? null
    : "not a JSON object";
}
