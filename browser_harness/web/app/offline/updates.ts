import { sha256 } from "../../engine/files.js";
import { locked, serviceWorkers } from "../storage.js";
import { install } from "./installation.js";
import { MANIFEST, releaseOf, updateLock, type Contents, type ToWorker } from "./release.js";

/** How often a page that is being looked at asks the host for a newer release. */
const EVERY_MS = 3 * 60 * 60 * 1000;

/** Whether this release works without a network. */
export type OfflineState =
  /** Being stored. */
  | "storing"
  | "ready"
  /** The browser has no service workers here: an address that is not secure, or a private window. */
  | "unsupported"
  /** It could not be stored; `reason` says why. It is tried again. */
  | "failed";

/** What is known of a newer release. */
export type UpdateState =
  | "none"
  /** Its models are being fetched; `done` of `total` bytes are there. */
  | "fetching"
  /** Its page is being stored. */
  | "storing"
  /** All of it is here: `apply` changes to it. */
  | "ready"
  /** Pages are served it already, as another one has changed to it; `apply` reloads this one. */
  | "elsewhere"
  /** It could not be fetched whole; `reason` says why. This release goes on, and it is tried again. */
  | "failed";

/** What the page shows of it. */
export interface Status {
  readonly offline: OfflineState;
  readonly update: UpdateState;
  /** SHA-256 of the newer release's manifest.json; null without one. */
  readonly release: string | null;
  readonly done: number;
  readonly total: number;
  /** The browser's or the worker's own words, for what failed. */
  readonly reason: string | null;
}

/** Which release this page runs, and how the models of another one are fetched. */
export interface Running<Manifest extends Contents> {
  /** The folder of the page, as a URL that ends in a slash. */
  readonly base: string;
  /** SHA-256 of manifest.json. */
  readonly digest: string;
  /**
   * Reads a manifest; null for one of a form that only newer pages know, whose models this page
   * leaves to them. Throws for one that must not be used.
   */
  readonly read: (text: string) => Manifest | null;
  /** Stores the models of a release; rejects when one is not the file that the manifest names. */
  readonly fetchModels: (
    manifest: Manifest,
    progress: (done: number, total: number) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly onChange: (status: Status) => void;
}

const UNKNOWN: Status = {
  offline: "storing",
  update: "none",
  release: null,
  done: 0,
  total: 0,
  reason: null,
};

/**
 * Stores the running release for use without a network, and newer ones as the host publishes them.
 *
 * A newer release is fetched whole, models first, before the browser is offered it; until the user
 * changes to it, or closes every page of this one, nothing of it is used. Start it when the user has
 * agreed to loading.
 */
export class Updates<Manifest extends Contents> {
  private status = UNKNOWN;
  private readonly ended = new AbortController();
  private registration: ServiceWorkerRegistration | null = null;
  private agreed = false;
  private checking: Promise<void> | null = null;
  private last = 0;

  constructor(private readonly running: Running<Manifest>) {}

  /** Never rejects: what goes wrong is in the status. */
  async start(): Promise<void> {
    const workers = window.isSecureContext ? serviceWorkers() : undefined;
    if (!workers) return this.tell({ offline: "unsupported" });
    const { signal } = this.ended;
    workers.addEventListener("controllerchange", () => this.onControllerChange(), { signal });
    this.tell({ offline: "storing" });
    try {
      this.registration = (await workers.getRegistration(this.running.base)) ?? null;
      await this.storeThis();
    } catch (error) {
      const unsupported = error instanceof DOMException && error.name === "SecurityError";
      this.tell({ offline: unsupported ? "unsupported" : "failed", reason: wordsOf(error) });
      if (unsupported) return;
    }
    document.addEventListener("visibilitychange", () => this.whenSeen(), { signal });
    const timer = setInterval(() => this.whenSeen(), EVERY_MS / 12);
    signal.addEventListener("abort", () => clearInterval(timer));
    await this.check();
  }

  /** Asks the host whether it has another release, and fetches that. Never rejects. */
  check(): Promise<void> {
    if (this.ended.signal.aborted || this.status.offline === "unsupported") {
      return Promise.resolve();
    }
    this.checking ??= this.checkNow().finally(() => (this.checking = null));
    return this.checking;
  }

  /** Changes to the newer release: the page is loaded again. */
  apply(): void {
    if (this.status.update === "elsewhere") return location.reload();
    const waiting = this.registration?.waiting;
    if (!waiting) return;
    this.agreed = true;
    send(waiting, { type: "take-over" });
  }

  /** Stops asking and fetching. */
  stop(): void {
    this.ended.abort();
  }

  private whenSeen(): void {
    if (document.visibilityState !== "visible") return;
    const due = Date.now() - this.last >= EVERY_MS || this.status.update === "failed";
    if (due || this.status.offline === "failed") void this.check();
  }

  private async checkNow(): Promise<void> {
    this.last = Date.now();
    try {
      if (this.status.offline === "failed") await this.storeThis();
    } catch (error) {
      this.tell({ offline: "failed", reason: wordsOf(error) });
    }
    const published = await this.published();
    if (published === null) return;
    if (published.digest === this.running.digest) {
      return this.tell({ update: "none", release: null, reason: this.reasonOffline() });
    }
    // One page fetches for all; whoever comes after it finds the worker that it has brought.
    await locked(updateLock(this.running.base), {}, () => this.fetchWhole(published));
  }

  private reasonOffline(): string | null {
    return this.status.offline === "failed" ? this.status.reason : null;
  }

  /** What the host has now; null when it cannot be reached or has nothing there. */
  private async published(): Promise<{ digest: string; text: string } | null> {
    const { signal } = this.ended;
    try {
      const request = { cache: "no-store", redirect: "error", signal } as const;
      const response = await fetch(this.running.base + MANIFEST, request);
      if (!response.ok) return null;
      const bytes = await response.arrayBuffer();
      return { digest: await sha256(bytes), text: new TextDecoder().decode(bytes) };
    } catch {
      return null;
    }
  }

  private async fetchWhole({ digest, text }: { digest: string; text: string }): Promise<void> {
    try {
      if (releaseOf(this.registration?.waiting?.scriptURL) !== digest) {
        const manifest = this.running.read(text);
        this.tell({ update: "fetching", release: digest, done: 0, total: 0, reason: null });
        const progress = (done: number, total: number) => this.tell({ done, total });
        if (manifest) await this.running.fetchModels(manifest, progress, this.ended.signal);
        this.tell({ update: "storing" });
        await this.install(digest);
      }
      this.offer();
      // Where this release could not be stored, the newer one serves pages from now on.
      if (releaseOf(this.registration?.active?.scriptURL) === digest) this.tellElsewhere(digest);
    } catch (error) {
      if (this.ended.signal.aborted) return;
      this.tell({ update: "failed", release: digest, reason: wordsOf(error) });
    }
  }

  /** Stores the release that runs, unless a worker serves it already. */
  private async storeThis(): Promise<void> {
    const { digest } = this.running;
    if (releaseOf(this.registration?.active?.scriptURL) !== digest) await this.install(digest);
    this.watch();
    const serving = this.registration?.active;
    if (serving && releaseOf(serving.scriptURL) === digest) {
      send(serving, { type: navigator.serviceWorker.controller ? "tidy" : "serve-me" });
    }
    this.tell({ offline: "ready", reason: null });
    this.offer();
  }

  /** Has a release's page stored by the browser. */
  private async install(release: string): Promise<void> {
    this.registration = await install(this.running.base, release, this.ended.signal);
  }

  /** Sees what another page of this release brings. */
  private watch(): void {
    const { registration } = this;
    registration?.addEventListener(
      "updatefound",
      () => {
        const coming = registration.installing;
        coming?.addEventListener("statechange", () => this.offer(), { signal: this.ended.signal });
      },
      { signal: this.ended.signal },
    );
  }

  /** Offers a release that waits. */
  private offer(): void {
    const release = releaseOf(this.registration?.waiting?.scriptURL);
    if (release === null || release === this.running.digest) return;
    this.tell({ update: "ready", release, reason: null });
  }

  private onControllerChange(): void {
    const release = releaseOf(navigator.serviceWorker.controller?.scriptURL);
    if (release === null || release === this.running.digest) return;
    this.tellElsewhere(release);
    if (this.agreed) location.reload(); // which a person with unsaved results can still call off
  }

  private tellElsewhere(release: string): void {
    this.tell({ update: "elsewhere", release, reason: null });
  }

  private tell(now: Partial<Status>): void {
    if (this.ended.signal.aborted) return;
    this.status = { ...this.status, ...now };
    this.running.onChange(this.status);
  }
}

function send(worker: ServiceWorker, message: ToWorker): void {
  worker.postMessage(message);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
