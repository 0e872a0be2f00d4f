import "./viewer.css";
import type { Note } from "../../../engine/picture/picture.js";
import { formats, text } from "../../text/language.js";
import { useFocus } from "../page/focus.js";
import { Icon } from "../page/Icon.js";
import { reasonText } from "../page/reasons.js";
import { picture, pictureProblem } from "../state/picture.js";
import type { Item } from "../state/items.js";
import { selected } from "../state/queue.js";
import { CorrectionTools } from "./CorrectionTools.js";
import { HeaderLine } from "./Header.js";
import { OverlayControls } from "./OverlayControls.js";
import { Ruler } from "./Ruler.js";
import { Stage } from "./Stage.js";
import { Toolbar } from "./Toolbar.js";
import { WindowControls } from "./WindowControls.js";

/** The image in view with every pixel and level, and what lies over it. */
export function Viewer() {
  const item = selected.value;
  if (item) return <Seen item={item} />;
  return (
    <section class="card viewer idle">
      <p class="quiet">{text.value.images.viewer.none}</p>
    </section>
  );
}

function Seen({ item }: { readonly item: Item }) {
  const words = text.value.images.viewer;
  const heading = useFocus<HTMLHeadingElement>();
  const shown = picture.value?.shown;
  return (
    <section class="card viewer" aria-labelledby="viewer-heading">
      <div class="viewer-head">
        <h2 id="viewer-heading" class="file-name" ref={heading} tabIndex={-1}>
          {item.name}
        </h2>
        {shown && (
          <p class="quiet">
            {words.size(shown.width, shown.height, formats.value.count(shown.white + 1))}
          </p>
        )}
      </div>
      <HeaderLine header={shown?.header ?? null} />
      {item.result && <Notes notes={item.result.facts.notes} />}
      <Toolbar />
      <div class="stage-frame">
        <Stage />
        <Ruler />
        {!shown && <Veil />}
      </div>
      <OverlayControls />
      <WindowControls />
      <CorrectionTools />
    </section>
  );
}

/** What was wrong or rare in the file, and what was done about it. */
function Notes({ notes }: { readonly notes: readonly Note[] }) {
  const words = text.value.images.viewer.notes;
  if (notes.length === 0) return null;
  return (
    <ul class="file-notes">
      {notes.map((note) => (
        <li key={note} class="with-icon" data-note={note}>
          <Icon name="warning" />
          {words[note]}
        </li>
      ))}
    </ul>
  );
}

function Veil() {
  const words = text.value.images.viewer;
  const problem = pictureProblem.value;
  if (!problem) return <p class="stage-veil">{words.loading}</p>;
  return (
    <p class="stage-veil">
      <Icon name="warning" />
      {words.failed} {reasonText(problem.code)}
    </p>
  );
}
