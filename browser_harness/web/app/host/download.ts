import { EngineError, requireWanted, wordsOf } from "./errors.js";
import { isPage, PORTAL, type DataFile } from "./manifest.js";
import { untilAborted } from "./queue.js";

/** What downloading needs of the browser; a test gives another. */
export interface Network {
  readonly fetch: (url: string, options: RequestInit) => Promise<Response>;
  /** Waits; throws AbortError when called off. */
  readonly pause: (seconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly online: () => boolean;
  /** Acts after a time in front; returns how to stop that. */
  readonly after: (seconds: number, act: () => void) => { readonly stop: () => void };
  /** Tells of the connection's end and return; returns how to stop. */
  readonly listen: (tell: (online: boolean) => void) => () => void;
}

/** Why no byte arrives: the server or the way to it is slow, or there is no connection. */
export type Waiting = "slow" | "offline";

/** One file to be fetched. */
export interface Wanted {
  readonly file: DataFile;
  readonly url: string;
  readonly cache: RequestCache;
  /** Told of bytes that arrived; negative where they have to be fetched again. */
  readonly arrived: (bytes: number) => void;
  /** Told what is waited for; null when bytes arrive again. */
  readonly waiting: (what: Waiting | null) => void;
  readonly signal: AbortSignal | undefined;
}

/** Seconds between one attempt and the next; there is one attempt more than pauses, from where it got. */
const PAUSES_S = [1, 4];
/** Seconds without a byte after which a person is told, and the file is asked for anew. */
const [SLOW_S, STALL_S] = [4, 20];
const TRY_LATER = [408, 425, 429, 500, 502, 503, 504];

/**
 * Fetches a file; where the network breaks or falls silent, goes on from the byte at which it did.
 *
 * It is given up when it has not got further in three attempts. Without a connection it waits for one,
 * if something has arrived before. The bytes are not checked, but they are not more than the manifest
 * says. Throws EngineError `file-refused` (too long), `offline` or `unreachable` (absent too, and where
 * a network's own page is in its place), or an AbortError.
 */
export async function download(wanted: Wanted, network: Network): Promise<Uint8Array<ArrayBuffer>> {
  const partial = new Partial(wanted);
  let [pauses, most] = [[...PAUSES_S], 0];
  for (;;) {
    try {
      return await receive(partial, wanted, network);
    } catch (error) {
      requireWanted(wanted.signal);
      if (partial.received > most) [pauses, most] = [[...PAUSES_S], partial.received];
      const waits = !network.online() && partial.received > 0;
      const pause = waits ? PAUSES_S[0] : pauses.shift();
      const final = error instanceof EngineError || pause === undefined;
      if (final || (!network.online() && !waits)) {
        partial.clear();
        throw error instanceof EngineError ? error : unreachable(error, wanted, network);
      }
      wanted.waiting(waits ? "offline" : "slow");
      if (waits) await connected(network, wanted.signal);
      await network.pause(pause, wanted.signal);
    }
  }
}

/** Waits for a connection; throws an AbortError when called off. */
async function connected(network: Network, signal: AbortSignal | undefined): Promise<void> {
  let forget = () => {};
  const back = new Promise<void>((resolve) => {
    forget = network.listen((online) => online && resolve());
    if (network.online()) resolve();
  });
  await (signal ? untilAborted(back, signal) : back).finally(forget);
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

/** Fetches what is missing of a file, as long as bytes arrive. */
async function receive(
  partial: Partial,
  wanted: Wanted,
  network: Network,
): Promise<Uint8Array<ArrayBuffer>> {
  const trial = new AbortController();
  const silence = new Silence(wanted, network, (why) => trial.abort(why));
  const stop = () => trial.abort(wanted.signal?.reason);
  wanted.signal?.addEventListener("abort", stop);
  const ended = new Promise<never>((_, reject) => {
    trial.signal.addEventListener("abort", () => reject(trial.signal.reason));
  });
  ended.catch(() => undefined); // where nobody waits for it any more
  try {
    requireWanted(wanted.signal);
    const receiving = receiveRest(partial, wanted, network, { trial, silence });
    return await Promise.race([receiving, ended]);
  } finally {
    silence.end();
    trial.abort(); // whoever lost the race reads no more
    wanted.signal?.removeEventListener("abort", stop);
  }
}

/** Watches that bytes arrive. */
class Silence {
  private timers: readonly { readonly stop: () => void }[] = [];
  private readonly forget: () => void;

  /** @param broken told when a file has to be asked for anew. */
  constructor(
    private readonly wanted: Wanted,
    private readonly network: Network,
    private readonly broken: (why: Error) => void,
  ) {
    this.forget = network.listen((online) => {
      if (online) broken(new Error("the connection was interrupted"));
      else wanted.waiting("offline");
    });
    this.begin();
  }

  /** Bytes arrived. */
  over(): void {
    this.timers.forEach((timer) => timer.stop());
    this.wanted.waiting(null);
    this.begin();
  }

  end(): void {
    this.timers.forEach((timer) => timer.stop());
    this.forget();
    this.wanted.waiting(null);
  }

  private begin(): void {
    const { network, wanted, broken } = this;
    const silent = () => broken(new Error(`nothing arrived for ${STALL_S} s`));
    const slow = () => wanted.waiting(network.online() ? "slow" : "offline");
    this.timers = [network.after(SLOW_S, slow), network.after(STALL_S, silent)];
  }
}

async function receiveRest(
  partial: Partial,
  { file, url, cache }: Wanted,
  network: Network,
  { trial, silence }: { readonly trial: AbortController; readonly silence: Silence },
): Promise<Uint8Array<ArrayBuffer>> {
  if (!partial.resumable) partial.clear();
  const from = partial.received;
  const response = await network.fetch(url, {
    redirect: "error",
    credentials: "same-origin",
    cache,
    headers: partial.headers(),
    signal: trial.signal,
  });
  requireOk(response, file);
  const goesOn = response.status === 206 && startOf(response) === from;
  if (!goesOn) partial.clear();
  if (response.status === 206 && !goesOn) throw new Error("another part than the one asked for");
  partial.see(response);
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    if (trial.signal.aborted) throw trial.signal.reason;
    silence.over();
    partial.add(next.value);
  }
  return partial.whole();
}

/** Throws EngineError `unreachable`, or an Error for what may pass. */
function requireOk(response: Response, file: DataFile): void {
  const { ok, status } = response;
  const page = isPage(response) && !file.path.endsWith(".html");
  if (ok && !page) return;
  if (status === 416 || TRY_LATER.includes(status)) throw new Error(`HTTP ${status}`);
  const why = ok ? PORTAL : `absent (HTTP ${status})`;
  throw new EngineError("unreachable", `${file.path}: ${why}`, { file: file.path, status });
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
