import type { BackendEnvironment, BackendName } from "../../engine/tfjs/backend.js";
import type { SelfTestReport } from "./report.js";

const PREFIX = "xport-self-test-v1";

/** What of localStorage is used; a test gives another. */
export type StorageLike = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What a passed self-test holds for: another of any of these has to be tested itself. */
export interface TestedOn {
  readonly base: string;
  readonly digest: string;
  readonly backend: BackendName;
  readonly environment: Pick<BackendEnvironment, "userAgent" | "renderer" | "tfjs">;
}

/** Self-tests that were passed on earlier visits; one for each page and backend. */
export class RememberedTests {
  /** @param storage may fail, as in a private window; then nothing is remembered. */
  constructor(private readonly storage: () => StorageLike = () => localStorage) {}

  /** The report of a test that was passed on the very same; null if there is none. */
  get(on: TestedOn): SelfTestReport | null {
    try {
      const found = JSON.parse(this.storage().getItem(keyOf(on)) ?? "null") as Stored | null;
      if (found?.on !== identityOf(on) || found.report.passed !== true) return null;
      return { ...found.report, remembered: true };
    } catch {
      return null;
    }
  }

  /** Remembers a passed test; forgets the one before if it failed. */
  put(on: TestedOn, report: SelfTestReport): void {
    if (!report.passed) return this.forget(on);
    try {
      const stored: Stored = { on: identityOf(on), report };
      this.storage().setItem(keyOf(on), JSON.stringify(stored));
    } catch {
      // Nothing is remembered; the next visit tests again.
    }
  }

  forget(on: Pick<TestedOn, "base" | "backend">): void {
    try {
      this.storage().removeItem(keyOf(on));
    } catch {
      // What cannot be removed cannot be read either.
    }
  }
}

interface Stored {
  readonly on: string;
  readonly report: SelfTestReport;
}

function keyOf({ base, backend }: Pick<TestedOn, "base" | "backend">): string {
  return `${PREFIX} ${base} ${backend}`;
}

function identityOf({ digest, backend, environment }: TestedOn): string {
  const { userAgent, renderer, tfjs } = environment;
  return JSON.stringify([digest, backend, userAgent, renderer, tfjs]);
}
