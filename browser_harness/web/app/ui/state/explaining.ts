import { computed, effect, signal, untracked } from "@preact/signals";
import type { Explanation } from "../../host/types.js";
import { nameOf, text } from "../../text/language.js";
import { announce } from "./announce.js";
import type { Problem } from "./items.js";
import { problemOf, selected, selectedId } from "./queue.js";
import { session } from "./session.js";

export type MapKind = "saliency" | "cam";

/** What lies over the picture. */
export type Overlay =
  | { readonly kind: "none" }
  | { readonly kind: "error" }
  | { readonly kind: "finding"; readonly finding: number };

const NONE: Overlay = { kind: "none" };

export const overlay = signal<Overlay>(NONE);
export const mapKind = signal<MapKind>("saliency");
export const smooth = signal(true);
export const opacity = signal(0.7);

/** The finding that is being explained. */
export const explaining = signal<number | null>(null);
export const explanationProblem = signal<(Problem & { readonly finding: number }) | null>(null);
/** Those of the selected image that were asked for, by finding. */
export const explanations = signal<ReadonlyMap<number, Explanation>>(new Map());

/** The explanation that lies over the picture. */
export const explanation = computed(() => {
  const over = overlay.value;
  return over.kind === "finding" ? (explanations.value.get(over.finding) ?? null) : null;
});

let aborting: AbortController | null = null;

export function hideOverlay(): void {
  cancelExplaining();
  overlay.value = NONE;
}

export function showError(): void {
  cancelExplaining();
  overlay.value = { kind: "error" };
}

export function cancelExplaining(): void {
  aborting?.abort();
  aborting = null;
  explaining.value = null;
}

/** Puts a finding's map over the picture, computing it first unless that was done. */
export async function explain(finding: number): Promise<void> {
  const [item, using] = [selected.value, session.value];
  if (!item || !using) return;
  cancelExplaining();
  explanationProblem.value = null;
  if (!explanations.value.has(finding)) {
    const mine = (aborting = new AbortController());
    explaining.value = finding;
    try {
      const found = await using.explain(item.file, finding, mine.signal, item.corrections);
      if (mine.signal.aborted) return;
      explanations.value = new Map(explanations.value).set(finding, found);
    } catch (error) {
      if (!mine.signal.aborted) {
        explanationProblem.value = { ...problemOf(error), finding };
        explaining.value = null;
      }
      return;
    }
    explaining.value = null;
  }
  overlay.value = { kind: "finding", finding };
  tellShown(finding, using.labels[finding] ?? "");
}

/** The image in view, as it is corrected. */
const inView = computed(() => {
  return [selectedId.value, ...(selected.value?.corrections ?? [])].join(" ");
});

/** Forgets another image's explanations as soon as this one is selected or corrected. */
export function keepExplanationsApart(): () => void {
  return effect(() => {
    void inView.value;
    untracked(() => {
      cancelExplaining();
      explanations.value = new Map();
      explanationProblem.value = null;
      overlay.value = NONE;
    });
  });
}

function tellShown(finding: number, label: string): void {
  const words = text.value.images.overlay;
  const found = explanations.value.get(finding);
  const kind = found?.cam ? mapKind.value : "saliency";
  announce(words.shown(nameOf(label), words[kind]));
}
