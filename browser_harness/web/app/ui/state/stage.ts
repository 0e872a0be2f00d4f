import { computed, signal } from "@preact/signals";
import {
  fitted,
  held,
  isFitted,
  panned,
  zoomed,
  type Size,
  type View,
} from "../viewer/geometry.js";
import { dragged, grayTable } from "../viewer/window.js";
import { drag, inverted, picture, view, window_ } from "./picture.js";

/** The size of the viewer's canvas, in its own pixels. */
export const stage = signal<Size>({ width: 0, height: 0 });

/** What of the picture is to be seen. */
export const shownView = computed((): View | null => {
  const shown = picture.value?.shown;
  if (!shown || stage.value.width === 0) return null;
  return view.value ? held(view.value, shown, stage.value) : fitted(shown, stage.value);
});

export const isWhole = computed(() => {
  const [shown, now] = [picture.value?.shown, shownView.value];
  return !shown || !now || isFitted(now, shown, stage.value);
});

export const gray = computed(() => {
  const white = picture.value?.shown.white ?? 255;
  return grayTable(window_.value, white, inverted.value);
});

/** Zooms about a point of the stage, its middle if none is given. */
export function zoomBy(factor: number, x?: number, y?: number): void {
  const [shown, now] = [picture.value?.shown, shownView.value];
  if (!shown || !now) return;
  const { width, height } = stage.value;
  const at = { x: x ?? width / 2, y: y ?? height / 2 };
  const next = zoomed(now, factor, at, shown, stage.value);
  view.value = isFitted(next, shown, stage.value) ? null : next;
}

export function panBy(dx: number, dy: number): void {
  const [shown, now] = [picture.value?.shown, shownView.value];
  if (shown && now && view.value) view.value = panned(now, dx, dy, shown, stage.value);
}

/** What a dragging pointer does, as it is set. */
export function dragBy(dx: number, dy: number): void {
  if (drag.value === "moves") return panBy(dx, dy);
  windowBy(dx, dy);
}

/** More contrast to the right, brighter upwards; pixels of the stage. */
export function windowBy(dx: number, dy: number): void {
  const shown = picture.value?.shown;
  const { width, height } = stage.value;
  if (shown) window_.value = dragged(window_.value, dx / width, dy / height, shown.white);
}
