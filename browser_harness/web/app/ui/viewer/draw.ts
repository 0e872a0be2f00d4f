import type { Region } from "../../host/types.js";
import type { Placed } from "../state/layer.js";
import { onStage, type Size, type View } from "./geometry.js";
import type { Layer } from "./overlay.js";
import type { Plane } from "../../../engine/picture/pyramid.js";
import { renderGray } from "./render.js";

/** Everything that a drawing shows. */
export interface Scene {
  readonly planes: readonly Plane[];
  readonly gray: Uint8Array;
  readonly view: View;
  readonly over: Placed | null;
  /** Of the overlay, 0 to 1. */
  readonly opacity: number;
  /** Another number where canvases lost what was drawn on them. */
  readonly drawing?: number;
}

/** Draws a scene on a canvas of its stage's size. */
export function drawScene(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext("2d");
  const stage: Size = { width: canvas.width, height: canvas.height };
  if (!context || stage.width === 0 || stage.height === 0) return;
  const image = context.createImageData(stage.width, stage.height);
  const pixels = new Uint32Array(image.data.buffer);
  renderGray(scene.planes, scene.view, scene.gray, stage, pixels);
  context.putImageData(image, 0, 0);
  if (!scene.over) return;
  const { layer, region } = scene.over;
  const place = onStage(region, scene.view, stage);
  context.save();
  context.globalAlpha = scene.opacity;
  context.imageSmoothingEnabled = layer.smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(
    canvasOf(layer, scene.drawing ?? 0),
    place.x,
    place.y,
    place.width,
    place.height,
  );
  context.restore();
  frame(context, place, Math.max(1, Math.round(stage.width / 500)));
}

const drawn = new WeakMap<
  Layer,
  { readonly canvas: HTMLCanvasElement; readonly drawing: number }
>();

/** A layer as a canvas, drawn once, and again where canvases were lost. */
function canvasOf(layer: Layer, drawing: number): HTMLCanvasElement {
  const known = drawn.get(layer);
  if (known?.drawing === drawing) return known.canvas;
  const canvas = document.createElement("canvas");
  canvas.width = layer.width;
  canvas.height = layer.height;
  const image = new ImageData(layer.rgba, layer.width, layer.height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  drawn.set(layer, { canvas, drawing });
  return canvas;
}

/** What the model sees, in dashes that are seen on black and on white. */
function frame(context: CanvasRenderingContext2D, place: Region, line: number): void {
  context.save();
  context.lineWidth = line;
  for (const [colour, offset] of [
    ["#000", 0],
    ["#fff", 6 * line],
  ] as const) {
    context.strokeStyle = colour;
    context.setLineDash([6 * line, 6 * line]);
    context.lineDashOffset = offset;
    const inset = line / 2;
    context.strokeRect(place.x + inset, place.y + inset, place.width - line, place.height - line);
  }
  context.restore();
}
