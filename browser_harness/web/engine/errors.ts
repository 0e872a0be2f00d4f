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

/** An error with a word that a caller can branch on. */
export abstract class CodedError<Code extends string> extends Error {
  constructor(
    readonly code: Code,
    message: string,
    readonly facts: ErrorFacts = {},
  ) {
    super(message);
  }
}

/** An error that the engine raises on purpose. */
export class EngineError extends CodedError<ErrorCode> {
  override readonly name = "EngineError";
}

/** The text of anything that was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return String(error);
}
