import { EngineError, requireWanted, wordsOf } from "./errors.js";
import type { DataFile } from "./manifest.js";

/** What downloading needs of the browser; a test gives another. */
export interface Network {
  readonly fetch: (url: string, options: RequestInit) => Promise<Response>;
  /** Waits; throws AbortError when called off. */
  readonly pause: (seconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly online: () => boolean;
}

/** One file to be fetched. */
export interface Wanted {
  readonly file: DataFile;
  readonly url: string;
  readonly cache: RequestCache;
  /** Told of bytes that arrived; negative where they have to be fetched again. */
  readonly arrived: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Seconds between one attempt and the next; there is one attempt more than pauses. */
const PAUSES_S = [1, 4];
const TRY_LATER = [408, 425, 429, 500, 502, 503, 504];

/**
 * Fetches a file; where the network breaks, goes on from the byte at which it did.
 *
 * The bytes are not checked, but they are not more than the manifest says. Throws EngineError
 * `file-refused` (absent, too long), `offline` or `unreachable`, or an AbortError.
 */
export async function download(wanted: Wanted, network: Network): Promise<Uint8Array<ArrayBuffer>> {
  const partial = new Partial(wanted);
  for (const pause of [...PAUSES_S, null]) {
    try {
      return await receive(partial, wanted, network);
    } catch (error) {
      requireWanted(wanted.signal);
      if (error instanceof EngineError && error.code === "file-refused") {
        partial.clear();
        throw error;
      }
      if (pause === null || !network.online()) {
        partial.clear();
        throw unreachable(error, wanted, network);
      }
      await network.pause(pause, wanted.signal);
    }
  }
  throw new EngineError("internal", "unreachable code");
}

/** What has arrived of a file. */
class Partial {
  received = 0;
  /** Whether its bytes can be asked for by number. */
  resumable = true;
  private bytes: Uint8Array<ArrayBuffer> | null = null;
  private version: string | null = null;

  constructor(private readonly wanted: Wanted) {}

  /** Throws `file-refused` when there are more bytes than there should be. */
  add(chunk: Uint8Array): void {
    const { file, arrived } = this.wanted;
    if (this.received + chunk.length > file.bytes) {
      const words = `${file.path}: ${file.bytes} bytes expected, more found`;
      const facts = { file: file.path, expected: file.bytes, found: this.received + chunk.length };
      throw new EngineError("file-refused", words, facts);
    }
    this.bytes ??= new Uint8Array(file.bytes);
    this.bytes.set(chunk, this.received);
    this.received += chunk.length;
    arrived(chunk.length);
  }

  /** Asks for the rest of the very file that has begun to arrive. */
  headers(): Record<string, string> {
    if (this.received === 0) return {};
    const range = { Range: `bytes=${this.received}-` };
    return this.version ? { ...range, "If-Range": this.version } : range;
  }

  see({ headers }: Response): void {
    this.resumable = !headers.get("content-encoding");
    const tag = headers.get("etag");
    this.version = tag?.startsWith('"') ? tag : null;
  }

  clear(): void {
    if (this.received > 0) this.wanted.arrived(-this.received);
    this.received = 0;
  }

  /** What has arrived, shorter than expected where the file is. */
  take(): Uint8Array<ArrayBuffer> {
    return (this.bytes ?? new Uint8Array(0)).slice(0, this.received);
  }

  whole(): Uint8Array<ArrayBuffer> {
    return this.bytes && this.received === this.bytes.length ? this.bytes : this.take();
  }
}

async function receive(
  partial: Partial,
  { file, url, cache, signal }: Wanted,
  network: Network,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!partial.resumable) partial.clear();
  const from = partial.received;
  const response = await network.fetch(url, {
    redirect: "error",
    credentials: "same-origin",
    cache,
    headers: partial.headers(),
    ...(signal && { signal }),
  });
  requireOk(response, file);
  const goesOn = response.status === 206 && startOf(response) === from;
  if (!goesOn) partial.clear();
  if (response.status === 206 && !goesOn) throw new Error("another part than the one asked for");
  partial.see(response);
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    partial.add(next.value);
  }
  return partial.whole();
}

/** Throws EngineError `file-refused`, or an Error for what may pass. */
function requireOk({ ok, status }: Response, file: DataFile): void {
  if (ok) return;
  if (status === 416 || TRY_LATER.includes(status)) throw new Error(`HTTP ${status}`);
  const words = `${file.path}: absent (HTTP ${status})`;
  throw new EngineError("file-refused", words, { file: file.path, status });
}

function startOf(response: Response): number {
  const found = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return found ? Number(found[1]) : NaN;
}

function unreachable(error: unknown, { file }: Wanted, network: Network): EngineError {
  const facts = { file: file.path, why: wordsOf(error) };
  if (network.online() && !(error instanceof TypeError)) {
    const words = `${file.path}: could not be fetched (${wordsOf(error)})`;
    return new EngineError("unreachable", words, facts);
  }
  const words = `offline, and not all files are stored: ${file.path} is missing`;
  return new EngineError("offline", words, facts);
}
