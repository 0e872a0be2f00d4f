import type { BackendName } from "../../engine/tfjs/backend.js";
import type { StorageLike } from "./remembered.js";

/** Names of renderers that draw on the processor, where wasm computes several times as fast. */
const SOFTWARE = /llvmpipe|softpipe|lavapipe|swrast|swiftshader|basic render|software/i;
const PREFIX = "xport-fastest-v1";

/** A forward pass that is not worth waiting for another backend's: nobody notices the difference. */
export const QUICK_S = 0.1;

/** A backend that is left until the others were tried. */
export class Deferred extends Error {
  override readonly name = "Deferred";
}

/** Whether a renderer is known to be none of a graphics processor; browsers may mask its name. */
export function isSoftware(renderer: string | null): boolean {
  return renderer !== null && SOFTWARE.test(renderer);
}

/** What is tried first, the others in their order after it. */
export function led(by: BackendName | null, backends: readonly BackendName[]): BackendName[] {
  if (by === null || !backends.includes(by)) return [...backends];
  return [by, ...backends.filter((one) => one !== by)];
}

/** Puts a backend after those that are left, but before plain JavaScript, the slowest of all. */
export function deferred(backend: BackendName, left: readonly BackendName[]): BackendName[] {
  const last = left.filter((one) => one === "cpu");
  return [...left.filter((one) => one !== "cpu"), backend, ...last];
}

/** Which backend was the fastest that passed, on an earlier visit with the same release and browser. */
export class RememberedFastest {
  constructor(
    private readonly on: { readonly base: string; readonly digest: string },
    private readonly storage: () => StorageLike = () => localStorage,
  ) {}

  get(): BackendName | null {
    try {
      const found = JSON.parse(this.storage().getItem(this.key) ?? "null") as Stored | null;
      return found?.on === this.identity ? found.backend : null;
    } catch {
      return null;
    }
  }

  put(backend: BackendName): void {
    try {
      const stored: Stored = { on: this.identity, backend };
      this.storage().setItem(this.key, JSON.stringify(stored));
    } catch {
      // Nothing is remembered; the next visit measures again.
    }
  }

  private get key(): string {
    return `${PREFIX} ${this.on.base}`;
  }

  private get identity(): string {
    return JSON.stringify([this.on.digest, globalThis.navigator?.userAgent]);
  }
}

interface Stored {
  readonly on: string;
  readonly backend: BackendName;
}
