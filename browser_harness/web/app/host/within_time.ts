/**
 * Does work that a signal calls off after a time, or when `outer` does.
 *
 * Rejects with an Error that says how long it was waited, at the latest then.
 */
export async function withinTime<T>(
  seconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const trial = new AbortController();
  const stop = () => trial.abort(outer?.reason);
  const late = () => trial.abort(new Error(`no answer for ${seconds} s`));
  const timer = setTimeout(late, seconds * 1000);
  if (outer?.aborted) stop();
  outer?.addEventListener("abort", stop);
  const ended = new Promise<never>((_, reject) => {
    trial.signal.addEventListener("abort", () => reject(trial.signal.reason));
  });
  ended.catch(() => undefined); // where nobody waits for it any more
  try {
    return await Promise.race([work(trial.signal), ended]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}
