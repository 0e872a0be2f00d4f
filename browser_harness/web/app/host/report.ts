import type { BackendName } from "../../engine/tfjs/backend.js";
import type { ErrorCode } from "../../engine/errors.js";

/**
 * What a check looks at. `input-bytes` counts prepared inputs of example pictures that differ;
 * `not-finite` and `constant` count cases, and are there only where they failed.
 */
export type Measure =
  "max-abs" | "relative-l2" | "cosine" | "input-bytes" | "not-finite" | "constant";

/** One bound of the release's policy on one output, over the self-test's cases. */
export interface SelfTestCheck {
  readonly model: string;
  /** For `input-bytes`, the path of the picture. */
  readonly output: string;
  readonly measure: Measure;
  readonly cases: number;
  /** The worst over the cases; NaN fails. */
  readonly value: number;
  readonly limit: number;
  readonly passed: boolean;
}

/** What the bundle's golden inputs gave on this device, compared with PyTorch's stored outputs. */
export interface SelfTestReport {
  readonly passed: boolean;
  readonly backend: BackendName;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly seconds: number;
  /** Passed on an earlier visit, with the same release, browser, backend and renderer. */
  readonly remembered: boolean;
  readonly checks: readonly SelfTestCheck[];
  /** Why it could not be finished; null when every case ran. */
  readonly error: string | null;
}

/** A backend that was tried, and why it does not run. */
export interface Attempt {
  readonly backend: BackendName;
  readonly code: ErrorCode | "self-test-failed";
  readonly reason: string;
  readonly selfTest: SelfTestReport | null;
}
