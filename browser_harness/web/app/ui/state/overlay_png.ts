import { nameOf, text } from "../../text/language.js";
import { drawScene } from "../viewer/draw.js";
import { fitted } from "../viewer/geometry.js";
import { announce } from "./announce.js";
import { opacity, overlay } from "./explaining.js";
import { NOTICE } from "./export_documents.js";
import { fileName, save } from "./exports.js";
import { layer } from "./layer.js";
import { picture } from "./picture.js";
import { named } from "./pseudonyms.js";
import { selected } from "./queue.js";
import { digest, release, releaseName } from "./session.js";
import { gray } from "./stage.js";

/** Of the saved picture's longer side, pixels. */
const SIDE = 1600;

/** Saves the whole picture with what lies over it; notice, release, image and finding are part of it. */
export function saveOverlay(): void {
  const [now, over] = [picture.value, layer.value];
  if (!now || !over) return announce(text.value.many.export.overlayFailed);
  const { shown, planes } = now;
  const share = SIDE / Math.max(shown.width, shown.height);
  const size = {
    width: Math.max(1, Math.round(shown.width * share)),
    height: Math.max(1, Math.round(shown.height * share)),
  };
  const drawn = Object.assign(document.createElement("canvas"), size);
  const view = fitted(shown, size);
  drawScene(drawn, { planes, gray: gray.value, view, opacity: opacity.value, over });
  captioned(drawn, captions()).toBlob((blob) => {
    if (!blob) return announce(text.value.many.export.failed);
    const name = fileName("overlay", "png");
    save(blob, name, "image/png");
    announce(text.value.images.export.saved(name));
  }, "image/png");
}

function captions(): readonly string[] {
  const { overlay: words } = text.value.images;
  const [item] = selected.value ? named([selected.value]) : [];
  const over = overlay.value;
  const label = over.kind === "finding" && item?.result?.findings?.[over.finding]?.label;
  const what = over.kind === "error" ? words.error : label ? words.of(nameOf(label)) : "";
  const identity = [release.value?.title ?? "", releaseName.value].join(" ").trim();
  return [NOTICE, identity, `manifest ${digest.value}`, item?.name ?? "", what];
}

/** The picture above a band of lines, the first in red; a line that is too long is drawn narrower. */
function captioned(drawn: HTMLCanvasElement, lines: readonly string[]): HTMLCanvasElement {
  const line = 30;
  const width = Math.max(drawn.width, 640);
  const whole = Object.assign(document.createElement("canvas"), {
    width,
    height: drawn.height + line * lines.length + 16,
  });
  const context = whole.getContext("2d");
  if (!context) return whole;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, whole.height);
  context.drawImage(drawn, Math.floor((width - drawn.width) / 2), 0);
  context.textBaseline = "top";
  lines.forEach((words, i) => {
    context.font = `${i === 0 ? "bold " : ""}20px sans-serif`;
    context.fillStyle = i === 0 ? "#8a1016" : "#000";
    context.fillText(words, 12, drawn.height + 10 + i * line, width - 24);
  });
  return whole;
}
