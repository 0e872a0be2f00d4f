import { requireDigest } from "../../engine/files.js";
import { locked } from "../storage.js";
import { download, type Network, type Waiting } from "./download.js";
import { EngineError, requireWanted } from "./errors.js";
import { pathOf, type DataFile, type Manifest } from "./manifest.js";
import { ModelCache, type Unstored } from "./model_cache.js";
import { Patience } from "../../engine/patience.js";
import { untilAborted } from "./queue.js";

const LOCK = "xport-models";
const LANES = 4;

/** How many bytes of all are there, and how many of these came from the cache. */
export interface Fetched {
  readonly done: number;
  readonly total: number;
  readonly cached: number;
  /** What is waited for while no byte arrives. */
  readonly waiting?: Waiting | undefined;
}

/** Checked files by SHA-256. */
export interface ModelFiles {
  readonly blobs: ReadonlyMap<string, Blob>;
  /** Why not all of them are kept for the next visit; null if they are. */
  readonly unstored: Unstored | null;
}

/** What fetching needs of the browser; a test gives another. */
export interface Surroundings {
  readonly network: Network;
  readonly cache: (base: string) => Promise<ModelCache>;
}

const BROWSER: Surroundings = {
  network: {
    fetch: (url, options) => fetch(url, options),
    online: () => navigator.onLine,
    pause,
    after: (seconds, act) => new Patience(seconds, act),
    listen,
  },
  cache: (base) => ModelCache.open(base),
};

/**
 * Fetches all files that a release's models need, checks each, and keeps it for the next visit.
 *
 * What the cache has is taken from there, checked again. Files that are whole and right stay in the
 * cache when another cannot be had. A wrong one is fetched once more, past the browser's own cache.
 * Throws EngineError `file-refused`, `offline`, `unreachable` or `insecure-context`, or an AbortError.
 */
export async function fetchModels(
  manifest: Manifest,
  base: string,
  progress: (now: Fetched) => void,
  signal?: AbortSignal,
  surroundings: Surroundings = BROWSER,
): Promise<ModelFiles> {
  return locked(LOCK, { mode: "shared" }, async () => {
    const cache = await surroundings.cache(base);
    const fetching = new Fetching(base, cache, surroundings.network, progress, signal);
    const blobs = await fetching.all([...wantedFiles(manifest).values()]);
    return { blobs, unstored: cache.unstored };
  });
}

/** Bytes of all that `fetchModels` fetches where nothing is stored yet. */
export function bytesOf(manifest: Manifest): number {
  return [...wantedFiles(manifest).values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A file that a release's models came with, checked: from the cache, or from the network. */
export async function fetchOne(
  file: DataFile,
  base: string,
  surroundings: Surroundings = BROWSER,
): Promise<Blob> {
  const cache = await surroundings.cache(base);
  const fetching = new Fetching(base, cache, surroundings.network, () => undefined, undefined);
  const blob = (await fetching.all([file])).get(file.sha256);
  if (!blob) throw new EngineError("internal", "nothing was fetched");
  return blob;
}

/**
 * Deletes the stored files of this page that its manifest does not name.
 *
 * Does nothing while files are being fetched. Returns how many were deleted.
 */
export async function pruneModels(
  manifest: Manifest,
  base: string,
  surroundings: Pick<Surroundings, "cache"> = BROWSER,
): Promise<number> {
  const alone = { mode: "exclusive", ifAvailable: true } as const;
  return locked(LOCK, alone, async (held) => {
    if (!held) return 0;
    const cache = await surroundings.cache(base);
    return cache.keepOnly(new Set(wantedFiles(manifest).keys()));
  });
}

/** The files that a release's models need, by digest: equal ones are fetched once. */
function wantedFiles(manifest: Manifest): ReadonlyMap<string, DataFile> {
  const wanted = new Map<string, DataFile>();
  const want = (path: string, { sha256, bytes }: { sha256: string; bytes: number }) => {
    if (!wanted.has(sha256)) wanted.set(sha256, { path, sha256, bytes });
  };
  for (const model of Object.values(manifest.models)) {
    for (const file of [model.preprocess, model.calibration, model.gate]) {
      if (file) want(file.path, file);
    }
    for (const [name, file] of Object.entries(model.files)) want(pathOf(model, name), file);
  }
  const others = [manifest.rule, manifest.publisher?.key].filter((file) => file != null);
  for (const file of [manifest.self_test, ...others, ...manifest.examples]) want(file.path, file);
  for (const [path, file] of Object.entries(manifest.files)) {
    if (path.startsWith("self_test/")) want(file.path ?? path, file);
  }
  return wanted;
}

class Fetching {
  private readonly blobs = new Map<string, Blob>();
  private readonly failures = new Map<DataFile, unknown>();
  private readonly waits = new Map<DataFile, Waiting>();
  private now: Fetched = { done: 0, total: 0, cached: 0 };

  constructor(
    private readonly base: string,
    private readonly cache: ModelCache,
    private readonly network: Network,
    private readonly progress: (now: Fetched) => void,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async all(files: readonly DataFile[]): Promise<ReadonlyMap<string, Blob>> {
    this.count({ total: files.reduce((sum, { bytes }) => sum + bytes, 0) });
    const waiting = [...files];
    const lane = async () => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        if (this.failures.size > 0) return; // what is being fetched is finished, nothing is begun
        await this.one(file).catch((error: unknown) => this.failures.set(file as DataFile, error));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    requireWanted(this.signal);
    const failed = files.find((file) => this.failures.has(file));
    if (failed) throw this.failures.get(failed);
    return this.blobs;
  }

  private async one(file: DataFile): Promise<void> {
    requireWanted(this.signal);
    const stored = await this.cache.get(file.sha256);
    const wrong = stored && (await problemOf(stored, file));
    if (stored && !wrong) {
      this.count({ done: file.bytes, cached: file.bytes });
      this.blobs.set(file.sha256, stored);
      return;
    }
    if (stored) await this.cache.delete(file.sha256);
    const content = await this.fetch(file, stored !== null);
    await this.cache.put(file.sha256, content);
    this.blobs.set(file.sha256, content);
  }

  /** @param past whether the browser's own cache may not answer. */
  private async fetch(file: DataFile, past: boolean): Promise<Blob> {
    const url = this.base + file.path;
    for (const cache of past ? (["reload"] as const) : (["default", "reload"] as const)) {
      let arrived = 0;
      const count = (bytes: number) => {
        arrived += bytes;
        this.count({ done: bytes });
      };
      const waiting = (what: Waiting | null) => this.wait(file, what);
      const wanted = { file, url, cache, arrived: count, waiting, signal: this.signal };
      const blob = new Blob([await this.received(wanted, cache === "reload")]);
      const wrong = await problemOf(blob, file);
      if (!wrong) return blob;
      this.count({ done: -arrived });
      if (cache === "reload") throw wrong;
    }
    throw new EngineError("internal", "unreachable code");
  }

  private async received(
    wanted: Parameters<typeof download>[0],
    last: boolean,
  ): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await download(wanted, this.network);
    } catch (error) {
      const refused = error instanceof EngineError && error.code === "file-refused";
      if (last || !refused) throw error;
      return new Uint8Array(0); // too long: as wrong as other bytes, and fetched once more
    }
  }

  private wait(file: DataFile, what: Waiting | null): void {
    if (what === (this.waits.get(file) ?? null)) return;
    if (what) this.waits.set(file, what);
    else this.waits.delete(file);
    this.count({});
  }

  private count({ done = 0, total = 0, cached = 0 }: Partial<Fetched>): void {
    this.now = {
      done: this.now.done + done,
      total: this.now.total + total,
      cached: this.now.cached + cached,
    };
    const waits = [...this.waits.values()];
    const waiting = waits.find((one) => one === "offline") ?? waits[0];
    this.progress(waiting ? { ...this.now, waiting } : this.now);
  }
}

/** Why a file is refused, or null. Throws EngineError `insecure-context`. */
async function problemOf(content: Blob, file: DataFile): Promise<EngineError | null> {
  try {
    await requireDigest(await content.arrayBuffer(), file, file.path);
    return null;
  } catch (error) {
    if (error instanceof EngineError && error.code === "file-refused") return error;
    if (error instanceof EngineError) throw error;
    const words = `${file.path}: what is stored cannot be read`;
    return new EngineError("file-refused", words, { file: file.path });
  }
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  const wait = new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  return signal ? untilAborted(wait, signal) : wait;
}

/** Tells when the browser goes offline, and when it is back; returns how to stop. */
function listen(tell: (online: boolean) => void): () => void {
  const [off, on] = [() => tell(false), () => tell(true)];
  addEventListener("offline", off);
  addEventListener("online", on);
  return () => {
    removeEventListener("offline", off);
    removeEventListener("online", on);
  };
}
