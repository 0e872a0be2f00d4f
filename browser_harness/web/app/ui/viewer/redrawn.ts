import { signal } from "@preact/signals";

/** How often canvases have lost what was drawn on them; whoever draws reads it, and draws again. */
export const redrawn = signal(0);

/** A lost GPU process leaves canvases black, and the browser tells each of them when it can draw again. */
export function keepDrawn(): void {
  // They do not bubble.
  document.addEventListener("contextrestored", () => (redrawn.value += 1), true);
  document.addEventListener("visibilitychange", () => {
    // Some browsers drop what pages in the background have drawn, and tell nobody.
    if (document.visibilityState === "visible") redrawn.value += 1;
  });
}
