import { releaseOf, workerOf, type NotInstalled } from "./release.js";

/** How long a worker that did not install has to say why, in milliseconds. */
const PATIENCE_MS = 2000;

const ORDER: readonly ServiceWorkerState[] = [
  "parsed",
  "installing",
  "installed",
  "activating",
  "activated",
];

/**
 * Registers a release's worker and waits until it has stored the whole page.
 *
 * Without a worker before it, it also serves from then on; otherwise it waits. Rejects with the
 * worker's own words when a file is not the one of this release, with an AbortError when aborted.
 */
export async function install(
  base: string,
  release: string,
  signal: AbortSignal,
): Promise<ServiceWorkerRegistration> {
  const refusal = refusalOf(release);
  try {
    const script = workerOf(base, release);
    const options = { scope: base, updateViaCache: "none" } as const;
    const registration = await navigator.serviceWorker.register(script, options);
    const { installing, waiting, active } = registration;
    const worker = [installing, waiting, active].find(
      (one) => releaseOf(one?.scriptURL) === release,
    );
    const wanted = active && active !== worker ? "installed" : "activated";
    const done = worker ? await reached(worker, wanted, signal) : false;
    signal.throwIfAborted();
    if (!done) throw new Error(await refusal.reason());
    return registration;
  } finally {
    refusal.forget();
  }
}

/** Listens for why a release does not install. */
function refusalOf(release: string): { reason: () => Promise<string>; forget: () => void } {
  const ended = new AbortController();
  const said = new Promise<string>((resolve) => {
    const listen = ({ data }: MessageEvent<NotInstalled | undefined>) => {
      if (data?.type === "not-installed" && data.release === release) resolve(data.reason);
    };
    navigator.serviceWorker.addEventListener("message", listen, { signal: ended.signal });
    navigator.serviceWorker.startMessages();
  });
  const silence = () =>
    new Promise<string>((resolve) =>
      setTimeout(() => resolve("the browser could not store the page's files"), PATIENCE_MS),
    );
  return { reason: () => Promise.race([said, silence()]), forget: () => ended.abort() };
}

/** Waits until a worker has come so far; false when it never will, or when aborted. */
function reached(
  worker: ServiceWorker,
  wanted: ServiceWorkerState,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === "redundant") resolve(false);
      if (ORDER.indexOf(worker.state) >= ORDER.indexOf(wanted)) resolve(true);
    };
    worker.addEventListener("statechange", look, { signal });
    signal.addEventListener("abort", () => resolve(false));
    look();
  });
}
