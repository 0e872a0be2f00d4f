import { wordsOf } from "../../host/errors.js";
import type { Attempt } from "../../host/report.js";

/** Why nothing runs. `attempts` are the backends that were tried. */
export interface Stop {
  readonly kind: "cancelled" | "failed" | "release" | "device";
  readonly code: string;
  readonly detail: string;
  readonly attempts: readonly Attempt[];
}

/** What a person can do about an error: load again, or nothing but get another release or device. */
const FOR_ANOTHER_TRY = [
  "unreachable",
  "offline",
  "internal",
  "worker-died",
  "worker-hung",
  "release-changed",
  "insecure-context",
];

/** What kind of end an error is. Errors come from several files, so not by instanceof. */
export function stopOf(error: unknown): Stop {
  const given = (typeof error === "object" && error !== null ? error : {}) as {
    readonly name?: string;
    readonly code?: string;
    readonly attempts?: readonly Attempt[];
  };
  const code = typeof given.code === "string" ? given.code : "internal";
  const attempts = given.attempts ?? [];
  const detail = wordsOf(error);
  const end = (kind: Stop["kind"]) => ({ kind, code, detail, attempts });
  if (given.name === "AbortError") return end("cancelled");
  if (attempts.length > 0) return end("device");
  return end(FOR_ANOTHER_TRY.includes(code) ? "failed" : "release");
}
