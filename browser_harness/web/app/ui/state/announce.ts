import { signal } from "@preact/signals";

/** What a screen reader is told when it has time. */
export const announcement = signal("");

export function announce(sentence: string): void {
  announcement.value = sentence;
}
