import { effect, signal, untracked } from "@preact/signals";
import type { Corrections, Session, Shown } from "../../host/types.js";
import type { View } from "../viewer/geometry.js";
import type { Plane } from "../../../engine/picture/pyramid.js";
import type { Window } from "../viewer/window.js";
import type { Item, Problem } from "./items.js";
import { problemOf, selected } from "./queue.js";
import { session } from "./session.js";

/** The picture in view, every level of it: the only one of which all pixels are in memory. */
export interface Picture {
  readonly id: number;
  readonly shown: Shown;
  readonly planes: readonly Plane[];
}

export const picture = signal<Picture | null>(null);
export const pictureProblem = signal<Problem | null>(null);
/** Null while the whole picture is to be seen, whatever size the stage has. */
export const view = signal<View | null>(null);
export const window_ = signal<Window>({ low: 0, high: 255 });
export const inverted = signal(false);

/** What dragging does. */
export type Drag = "moves" | "windows";
export const drag = signal<Drag>("moves");

export function resetView(): void {
  const shown = picture.value?.shown;
  view.value = null;
  inverted.value = false;
  if (shown) window_.value = { low: shown.window[0], high: shown.window[1] };
}

interface Asked {
  readonly id: number;
  readonly corrections: Corrections;
  readonly using: Session;
  readonly aborting: AbortController;
}

/** Reads the picture of whichever item is selected, and forgets the one before. */
export function keepShowing(): () => void {
  let asked: Asked | null = null;
  return effect(() => {
    const [item, using] = [selected.value, session.value];
    // What an ended session could not show is asked of the next one.
    const same = asked !== null && item?.id === asked.id && item.corrections === asked.corrections;
    if (same && (picture.peek() !== null || using === asked?.using)) return;
    asked?.aborting.abort();
    asked = null;
    untracked(() => {
      picture.value = null;
      pictureProblem.value = null;
    });
    if (!item || !using) return;
    asked = { id: item.id, corrections: item.corrections, using, aborting: new AbortController() };
    void read(item, using, asked.aborting.signal);
  });
}

async function read(
  { id, file, corrections }: Item,
  using: Session,
  signal: AbortSignal,
): Promise<void> {
  try {
    const shown = await using.show(file, signal, corrections);
    if (signal.aborted) return;
    picture.value = { id, shown, planes: [shown, ...shown.smaller] };
    resetView();
  } catch (error) {
    if (!signal.aborted) pictureProblem.value = problemOf(error);
  }
}
