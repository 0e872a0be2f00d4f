/** How often an open page looks for what its publisher took back. */
export const INTERVAL_MS = 15 * 60_000;

/** Calls `look` every quarter of an hour, and when the page is seen again or has a network again. */
export function lookAgain(look: () => void): void {
  setInterval(look, INTERVAL_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  addEventListener("online", look);
}
