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
