/** What fingers, mouse and wheel do on a stage; positions in the stage's pixels. */
export interface Gestures {
  drag(dx: number, dy: number): void;
  /** Dragging with the right button. */
  dragRight(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  /** A double click or double tap. */
  twice(x: number, y: number): void;
  end(): void;
}

/**
 * Listens on an element. One pointer drags (the right button apart), two pinch, the wheel zooms (with Ctrl, as track pads
 * say a pinch, or without).
 *
 * @param ratio the stage's pixels for each CSS pixel.
 */
export function listenForGestures(
  element: HTMLElement,
  ratio: () => number,
  gestures: Gestures,
): () => void {
  const ending = new AbortController();
  const options = { signal: ending.signal };
  const pointers = new Map<number, { x: number; y: number }>();
  let right = false;
  const placeOf = ({ clientX, clientY }: MouseEvent) => {
    const { left, top } = element.getBoundingClientRect();
    return { x: (clientX - left) * ratio(), y: (clientY - top) * ratio() };
  };
  element.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0 && event.button !== 2) return;
      right = event.button === 2;
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, placeOf(event));
    },
    options,
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = placeOf(event);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) pinch(before, now, other, gestures);
      else (right ? gestures.dragRight : gestures.drag)(now.x - before.x, now.y - before.y);
      pointers.set(event.pointerId, now);
    },
    options,
  );
  for (const kind of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(
      kind,
      (event) => {
        pointers.delete(event.pointerId);
        if (pointers.size === 0) gestures.end();
      },
      options,
    );
  }
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const { x, y } = placeOf(event);
      gestures.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)), x, y);
    },
    { ...options, passive: false },
  );
  element.addEventListener("contextmenu", (event) => event.preventDefault(), options);
  element.addEventListener(
    "dblclick",
    (event) => {
      const { x, y } = placeOf(event);
      gestures.twice(x, y);
    },
    options,
  );
  return () => ending.abort();
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function pinch(before: Point, now: Point, other: Point, { drag, zoom }: Gestures): void {
  const length = (one: Point) => Math.hypot(one.x - other.x, one.y - other.y);
  const middle = (one: Point) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
  const [from, to] = [middle(before), middle(now)];
  drag(to.x - from.x, to.y - from.y);
  if (length(before) > 0) zoom(length(now) / length(before), to.x, to.y);
}
