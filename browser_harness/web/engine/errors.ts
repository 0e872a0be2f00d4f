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
  | "unreachable"
  | "offline"
  | "worker-died"
  | "worker-hung"
  | "internal";

/** What an error's sentence says in numbers and names, for whoever words it in another language. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/** An error that the engine raises on purpose. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly facts: ErrorFacts = {},
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
