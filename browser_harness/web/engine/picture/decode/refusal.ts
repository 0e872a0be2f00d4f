import { EngineError } from "../../errors.js";

export const AGAIN = "export or download the image again";
export const SMALLER = "export the image at a lower resolution";

/** Why a file is not decoded, as a word. */
export type RefusalKind =
  | "empty"
  | "not-an-image"
  | "unsupported"
  | "forbidden"
  | "damaged"
  | "too-large"
  | "too-slow"
  | "no-memory";

/** The error of a file that is not decoded: what is wrong with it, and what its owner can do. */
export function refusal(
  what: string,
  remedy: string = AGAIN,
  kind: RefusalKind = "unsupported",
): EngineError {
  return new EngineError("input-refused", `${what}; ${remedy}`, { kind, what, remedy });
}

/** The error of a file whose bytes contradict themselves or end too early. */
export function damaged(how: string): EngineError {
  return refusal(`the image is truncated or damaged (${how})`, AGAIN, "damaged");
}
