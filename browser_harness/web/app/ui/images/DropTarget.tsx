import "./images.css";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text } from "../../text/language.js";
import { filesFrom } from "../state/incoming.js";
import { addFiles, items } from "../state/queue.js";
import { life } from "../state/session.js";
import { Icon } from "../page/Icon.js";

/** Takes files that are dropped anywhere on the page, or pasted. */
export function DropTarget({ children }: { readonly children: ComponentChildren }) {
  const [over, setOver] = useState(false);
  useEffect(() => listen(setOver), []);
  return (
    <>
      {children}
      {over && (
        <div class="drop-veil" aria-hidden="true">
          <p>
            <Icon name="upload" />
            {text.value.images.add.drop}
          </p>
        </div>
      )}
    </>
  );
}

/** Images are taken once models run, and by a list that waits for them to run again. */
function takesImages(): boolean {
  return life.value === "open" || items.value.length > 0;
}

function listen(setOver: (over: boolean) => void): () => void {
  const ending = new AbortController();
  const on = <K extends keyof WindowEventMap>(
    kind: K,
    listener: (event: WindowEventMap[K]) => void,
  ) => window.addEventListener(kind, listener, { signal: ending.signal });
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  on("dragover", (event) => {
    event.preventDefault(); // a dropped file must not replace the page
    if (hasFiles(event) && takesImages()) setOver(true);
  });
  on("dragleave", (event) => {
    if (event.relatedTarget === null) setOver(false);
  });
  on("drop", (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer && takesImages()) void filesFrom(event.dataTransfer).then(addFiles);
  });
  on("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0 && takesImages()) addFiles(files);
  });
  return () => ending.abort();
}
