import { formats, text } from "../../text/language.js";
import { Icon, type IconName } from "../page/Icon.js";
import { drag, inverted, picture, resetView, view } from "../state/picture.js";
import { shownView, zoomBy } from "../state/stage.js";

/** Zoom, invert, and what dragging does. */
export function Toolbar() {
  const words = text.value.images.viewer;
  const none = picture.value === null;
  const scale = shownView.value?.scale;
  return (
    <div class="toolbar" role="toolbar" aria-label={text.value.images.viewer.tools}>
      <Tool icon="minus" name={words.zoomOut} act={() => zoomBy(0.8)} disabled={none} />
      <span class="zoom-now quiet">{scale ? formats.value.percent(scale) : "–"}</span>
      <Tool icon="add" name={words.zoomIn} act={() => zoomBy(1.25)} disabled={none} />
      <Tool
        kind="fit"
        icon="fit"
        name={words.fit}
        act={() => (view.value = null)}
        disabled={none}
      />
      <span class="toolbar-gap" />
      <Tool
        icon="invert"
        name={words.invert}
        act={() => (inverted.value = !inverted.value)}
        pressed={inverted.value}
        disabled={none}
      />
      <Tool
        icon="contrast"
        name={words.dragWindows}
        act={() => (drag.value = drag.value === "windows" ? "moves" : "windows")}
        pressed={drag.value === "windows"}
        disabled={none}
      />
      <span class="toolbar-gap" />
      <Tool icon="reset" name={words.reset} act={resetView} disabled={none} />
    </div>
  );
}

interface ToolProps {
  readonly kind?: string;
  readonly icon: IconName;
  readonly name: string;
  readonly act: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

function Tool({ kind = "", icon, name, act, pressed, disabled = false }: ToolProps) {
  return (
    <button
      type="button"
      class={`tool ${kind}`}
      aria-label={name}
      title={name}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
