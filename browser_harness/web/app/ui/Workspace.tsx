import "./styles/workspace.css";
import { AddImages } from "./images/AddImages.js";
import { ExportBar } from "./images/ExportBar.js";
import { ImageList } from "./images/ImageList.js";
import { FindingsPanel } from "./findings/FindingsPanel.js";
import { Viewer } from "./viewer/Viewer.js";
import { items } from "./state/queue.js";
import { text } from "../text/language.js";
import { Weights } from "./page/Weights.js";

/** The images in line, the one in view, and what is found in it. */
export function Workspace() {
  if (items.value.length === 0) {
    return (
      <div class="hero">
        <AddImages large />
        <Weights />
      </div>
    );
  }
  return (
    <div class="workspace">
      <div class="side">
        <section class="card queue" aria-labelledby="queue-heading">
          <h2 id="queue-heading">{text.value.images.heading}</h2>
          <AddImages />
          <ImageList />
        </section>
        <ExportBar />
      </div>
      <Viewer />
      <FindingsPanel />
    </div>
  );
}
