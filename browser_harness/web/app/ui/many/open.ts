import { signal } from "@preact/signals";

/** Whether the table of all images is open. */
export const tableOpen = signal(false);
