import { sha256 } from "../../engine/files.js";
import type { Network } from "./download.js";
import type { DataFile, Manifest } from "./manifest.js";
import { ModelCache, type CacheLike } from "./model_cache.js";
import type { Surroundings } from "./models.js";

export const BASE = "https://example.org/tool/";

/** SHA-256, lower-case hex. */
export function digestOf(content: string): Promise<string> {
  return sha256(new TextEncoder().encode(content));
}

export async function fileOf(path: string, content: string): Promise<DataFile> {
  return { path, sha256: await digestOf(content), bytes: content.length };
}

/** A manifest whose one model consists of these files. */
export async function manifestOf(contents: Readonly<Record<string, string>>): Promise<Manifest> {
  const files: Record<string, object> = {};
  for (const [name, content] of Object.entries(contents)) {
    const { sha256, bytes } = await fileOf(name, content);
    files[name] = { sha256, bytes, path: null };
  }
  const model = { path: "models/clf/", files, preprocess: null, calibration: null, gate: null };
  const self_test = await fileOf("self_test/self_test.json", "{}");
  return { models: { clf: model }, self_test, examples: [], files: {} } as unknown as Manifest;
}

/** Cache Storage's part of a cache, in memory. */
export class MemoryCache implements CacheLike {
  readonly entries = new Map<string, Response>();
  full = false;

  async match(key: RequestInfo | URL): Promise<Response | undefined> {
    return this.entries.get(String(key))?.clone();
  }

  async put(key: RequestInfo | URL, response: Response): Promise<void> {
    if (this.full) throw new DOMException("no room", "QuotaExceededError");
    this.entries.set(String(key), response);
  }

  async delete(key: RequestInfo | URL): Promise<boolean> {
    return this.entries.delete(typeof key === "object" && "url" in key ? key.url : String(key));
  }

  async keys(): Promise<readonly Request[]> {
    return [...this.entries.keys()].map((url) => ({ url }) as Request);
  }
}

/** A request as a server sees it. */
export interface Asked {
  readonly path: string;
  readonly cache: RequestCache | undefined;
  readonly range: string | null;
  readonly ifRange: string | null;
}

export type Answers = (asked: Asked) => Response | Promise<Response>;

/** A network that answers from a function, does not wait, and remembers what was asked of it. */
export class FakeNetwork implements Network {
  readonly asked: Asked[] = [];
  readonly pauses: number[] = [];
  connected = true;

  constructor(private readonly answers: Answers) {}

  readonly fetch = async (url: string, { cache, headers, signal }: RequestInit) => {
    signal?.throwIfAborted();
    const { get } = { get: (name: string) => new Headers(headers).get(name) };
    const path = url.replace(BASE, "");
    const asked = { path, cache, range: get("range"), ifRange: get("if-range") };
    this.asked.push(asked);
    return this.answers(asked);
  };

  readonly pause = async (seconds: number) => {
    this.pauses.push(seconds);
  };

  readonly online = () => this.connected;

  /** Nothing is ever late, unless a test says so. */
  readonly after = (seconds: number, act: () => void) => {
    const timer = { stop: () => void this.timers.delete(timer), seconds, act };
    this.timers.add(timer);
    return timer;
  };
  readonly timers = new Set<{ readonly seconds: number; readonly act: () => void }>();

  readonly listen = (tell: (online: boolean) => void) => {
    this.listeners.add(tell);
    return () => void this.listeners.delete(tell);
  };
  readonly listeners = new Set<(online: boolean) => void>();
}

/** A body that breaks off after `content`. */
export function broken(content: string, options: ResponseInit = {}): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(new TextEncoder().encode(content)),
    pull: (stream) => stream.error(new TypeError("network error")),
  });
  return new Response(body, options);
}

export function around(network: Network, cache: CacheLike | null): Surroundings {
  const open = async () => {
    if (cache) return cache;
    throw new DOMException("not in a private window", "SecurityError");
  };
  return { network, cache: (base) => ModelCache.open(base, open) };
}
