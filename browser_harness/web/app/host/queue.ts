import { aborted, requireWanted } from "./errors.js";

/** Does one piece of work at a time, in the order in which they come. */
export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * Does a piece of work when its turn comes.
   *
   * One that is called off while it waits is left out; the result of one that is under way is thrown
   * away, and the next begins when it has ended. Rejects with an AbortError at once in both cases.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const doing = this.last.then(() => {
      requireWanted(signal);
      return work();
    });
    this.last = doing.catch(() => undefined);
    return signal ? untilAborted(doing, signal) : doing;
  }
}

/** What `work` gives, or an AbortError as soon as it is called off. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted());
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
