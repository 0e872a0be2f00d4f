/** What can go wrong, as a word that a caller can branch on; the message is for people. */
export type ErrorCode =
  | "webgl-missing"
  | "float32-missing"
  | "backend-refused"
  | "threads-refused"
  | "context-lost"
  | "insecure-context"
  | "file-refused"
  | "signature-refused"
  | "input-refused"
  | "output-refused"
  | "execution-failed"
  | "not-open"
  | "internal";

/** An error that the engine raises on purpose. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The text of anything that was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return String(error);
}
