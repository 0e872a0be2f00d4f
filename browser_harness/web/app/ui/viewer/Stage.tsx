import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { text } from "../../text/language.js";
import { hideOverlay, opacity, overlay, showError } from "../state/explaining.js";
import { layer } from "../state/layer.js";
import { drag, inverted, picture, resetView, view } from "../state/picture.js";
import { selected } from "../state/queue.js";
import {
  dragBy,
  gray,
  isWhole,
  panBy,
  shownView,
  stage,
  windowBy,
  zoomBy,
} from "../state/stage.js";
import { drawScene } from "./draw.js";
import { redrawn } from "./redrawn.js";
import { listenForGestures } from "./gestures.js";

/** Pixels that a stage has at most; a sharper screen is drawn a little coarser. */
const MOST_PIXELS = 3e6;
const STEP = 60;

/** The picture, to be zoomed, moved and windowed by hand or by key. */
export function Stage() {
  const words = text.value.images.viewer;
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => (place.current ? live(place.current) : undefined), []);
  const name = selected.value?.name ?? "";
  return (
    <div
      class={`stage ${drag.value}${isWhole.value ? " whole" : ""}`}
      role="application"
      tabIndex={0}
      aria-label={words.label(name)}
      aria-describedby="stage-keys"
      onKeyDown={(event) => {
        if (press(event)) event.preventDefault();
      }}
    >
      <canvas ref={place} class="stage-canvas" aria-hidden="true" />
      <p id="stage-keys" class="unseen">
        {words.keys}
      </p>
    </div>
  );
}

/** Sizes the canvas, draws whatever changes, and listens; returns how to stop. */
function live(canvas: HTMLCanvasElement): () => void {
  const sized = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const wanted = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
    canvas.width = Math.round(width * wanted);
    canvas.height = Math.round(height * wanted);
    stage.value = { width: canvas.width, height: canvas.height };
  });
  sized.observe(canvas);
  const stopDrawing = keepDrawing(canvas);
  const stopListening = listenForGestures(canvas, () => canvas.width / canvas.clientWidth, {
    drag: dragBy,
    dragRight: windowBy,
    zoom: zoomBy,
    twice: (x, y) => (isWhole.value ? zoomBy(3, x, y) : (view.value = null)),
    end: () => undefined,
  });
  return () => {
    sized.disconnect();
    stopDrawing();
    stopListening();
    stage.value = { width: 0, height: 0 };
  };
}

/** Draws at most once a frame. */
function keepDrawing(canvas: HTMLCanvasElement): () => void {
  let frame = 0;
  let drawn = false;
  const stop = effect(() => {
    const [now, shown] = [shownView.value, picture.value];
    const scene = now &&
      shown && {
        planes: shown.planes,
        gray: gray.value,
        view: now,
        over: layer.value,
        opacity: opacity.value,
        drawing: redrawn.value,
      };
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      // The first drawing wakes the graphics processor, for 110 to 190 ms where that is software.
      if (scene) drawScene(canvas, scene);
      else if (drawn) canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
      drawn = Boolean(scene);
    });
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

/** Whether a key means something here. */
function press({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const acts: Readonly<Record<string, () => void>> = {
    "+": () => zoomBy(1.25),
    "=": () => zoomBy(1.25),
    "-": () => zoomBy(0.8),
    "0": () => (view.value = null),
    i: () => (inverted.value = !inverted.value),
    r: resetView,
    "[": () => windowBy(0, STEP / 2),
    "]": () => windowBy(0, -STEP / 2),
    ",": () => windowBy(-STEP / 2, 0),
    ".": () => windowBy(STEP / 2, 0),
    o: () => (overlay.value.kind === "none" ? showError() : hideOverlay()),
    ArrowLeft: () => panBy(STEP, 0),
    ArrowRight: () => panBy(-STEP, 0),
    ArrowUp: () => panBy(0, STEP),
    ArrowDown: () => panBy(0, -STEP),
  };
  const act = acts[key.length === 1 ? key.toLowerCase() : key];
  act?.();
  return act !== undefined;
}
