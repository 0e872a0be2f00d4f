import { CodedError, EngineError, type ErrorCode, type ErrorFacts } from "../../engine/errors.js";
import type { Attempt } from "./report.js";

export { EngineError, wordsOf } from "../../engine/errors.js";
export type { ErrorCode, ErrorFacts } from "../../engine/errors.js";

/** Why a manifest is not used. */
export type ManifestCode =
  /** It cannot be fetched. */
  | "unreachable"
  /** It is of another version than this page knows. */
  | "version"
  /** The release has not passed its verification. */
  | "not-passed"
  /** Its publisher has taken it back; `facts.reason` says why. */
  | "revoked"
  /** Its host has an older list of revoked releases than its channel names, or none. */
  | "withheld"
  /** A field is not what it has to be. */
  | "malformed"
  /** It is good, and holds no model that this page knows how to show. */
  | "nothing-to-show"
  /** It contradicts itself, or asks for what this page does not do. */
  | "unusable";

/** A manifest that this page will not work with. */
export class ManifestError extends CodedError<ManifestCode> {
  override readonly name = "ManifestError";
}

/** Why outputs are not shown. */
export type UnfitCode = "not-finite" | "constant" | "out-of-range";

/** Outputs that must not be shown; `facts.model` is the model's title. */
export class UnfitOutput extends CodedError<UnfitCode> {
  override readonly name = "UnfitOutput";
}

/** Why an image file is not used; those of the decoders, and `unreadable`. */
export type ImageCode =
  | "unreadable"
  | "empty"
  | "not-an-image"
  | "unsupported"
  | "forbidden"
  | "damaged"
  | "too-large"
  | "too-slow"
  | "no-memory";

/**
 * An image file that cannot be used; `facts.file` is its name, `facts.what` what is wrong,
 * `facts.sha256` the digest of its bytes, if they could be read.
 */
export class ImageError extends CodedError<ImageCode> {
  override readonly name = "ImageError";
}

/** No backend runs the release on this device; `attempts` says why each does not. */
export class NothingPasses extends Error {
  override readonly name = "NothingPasses";
  readonly code = "nothing-passes";

  constructor(readonly attempts: readonly Attempt[]) {
    const reasons = attempts.map(({ backend, reason }) => `${backend}: ${reason}`);
    super(`No backend runs this release here. ${reasons.join(" ")}`);
  }
}

/** The error of work that its caller called off. */
export function aborted(): DOMException {
  return new DOMException("The work was called off.", "AbortError");
}

/** Whether an error says that its caller called the work off. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Throws an AbortError if the work has been called off. */
export function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted();
}

/** An error on its way from the worker to the page. */
export interface WireError {
  readonly name: "EngineError" | "UnfitOutput";
  readonly code: string;
  readonly message: string;
  readonly facts: ErrorFacts;
}

/** An error as it is sent to the page. */
export function wireFrom(error: unknown): WireError {
  // Not by instanceof: the engine's errors come from another file than the host's.
  const { name, code, message, facts } = error as Partial<WireError>;
  if ((name === "EngineError" || name === "UnfitOutput") && code) {
    return { name, code, message: message ?? "", facts: facts ?? {} };
  }
  return { name: "EngineError", code: "internal", message: String(message ?? error), facts: {} };
}

/** The error that was sent. */
export function errorFrom({ name, code, message, facts }: WireError): EngineError | UnfitOutput {
  if (name === "UnfitOutput") return new UnfitOutput(code as UnfitCode, message, facts);
  return new EngineError(code as ErrorCode, message, facts);
}
