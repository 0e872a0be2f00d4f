import { opacity } from "../state/explaining.js";
import { layer } from "../state/layer.js";
import { picture } from "../state/picture.js";
import { gray } from "../state/stage.js";
import { drawScene } from "../viewer/draw.js";
import { fitted } from "../viewer/geometry.js";

/** Of a printed picture's longer side: 300 dots an inch on about 8 cm. */
const SIDE = 960;

/** Draws the whole picture as it is windowed now, and beside it with what lies over it. */
export function drawOnPaper(
  plain: HTMLCanvasElement | null,
  covered: HTMLCanvasElement | null,
): void {
  const now = picture.value;
  if (!now) return;
  const { shown, planes } = now;
  const share = SIDE / Math.max(shown.width, shown.height);
  const size = {
    width: Math.round(shown.width * share),
    height: Math.round(shown.height * share),
  };
  const scene = { planes, gray: gray.value, view: fitted(shown, size), opacity: opacity.value };
  for (const [canvas, over] of [
    [plain, null],
    [covered, layer.value],
  ] as const) {
    if (!canvas) continue;
    Object.assign(canvas, size);
    drawScene(canvas, { ...scene, over });
  }
}
