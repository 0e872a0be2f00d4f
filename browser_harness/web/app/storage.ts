/** What was kept under a key; null where there is nothing or the browser keeps nothing. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a word on this device; a browser that keeps nothing asks again next time. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a private window, or storage switched off: the page works without
  }
}

/** Removes what was kept under a key. */
export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // as for `remember`: there is nothing
  }
}

let keeping: boolean | null = null;

/** Whether words are kept on this device: site data may be blocked, as in a frame of another site. */
export function keepsWords(): boolean {
  const [key, word] = ["xport.keeps", "1"];
  if (keeping !== null) return keeping;
  remember(key, word);
  keeping = recall(key) === word;
  if (keeping) localStorage.removeItem(key);
  return keeping;
}

/** The browser's service workers; undefined where it has none, or denies them to this page. */
export function serviceWorkers(): ServiceWorkerContainer | undefined {
  try {
    return globalThis.navigator?.serviceWorker;
  } catch {
    return undefined; // a sandboxed frame
  }
}

/**
 * Does work under a lock that all pages of this site share; without one where the browser has none, or
 * denies them: then nothing is kept either that another page could be in the midst of changing.
 *
 * @param work is given null where the lock is asked for only if it is free, and it is not.
 */
export async function locked<T>(
  name: string,
  options: LockOptions,
  work: (held: boolean) => Promise<T>,
): Promise<T> {
  let begun = false;
  const begin = (lock: Lock | null) => {
    begun = true;
    return work(lock !== null);
  };
  try {
    if (globalThis.navigator?.locks) return await navigator.locks.request(name, options, begin);
  } catch (error) {
    if (begun) throw error;
  }
  return work(true);
}
