import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { NOTICE } from "../state/export_documents.js";

interface SheetProps {
  readonly open: Signal<boolean>;
  readonly heading: string;
  readonly children: ComponentChildren;
}

/** A dialog over the whole page, with the notice in it: the page's own strip is behind it. */
export function Sheet({ open, heading, children }: SheetProps) {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  const shown = open.value;
  useEffect(() => {
    if (shown) place.current?.showModal();
    else place.current?.close();
  }, [shown]);
  return (
    <dialog
      ref={place}
      class="many-sheet"
      aria-labelledby={id}
      onClose={() => (open.value = false)}
    >
      {shown && (
        <>
          <div class="many-head">
            <h2 id={id}>{heading}</h2>
            <strong class="many-notice" lang="en">
              {NOTICE}
            </strong>
            <button
              type="button"
              class="plain only-icon"
              aria-label={text.value.page.close}
              onClick={() => (open.value = false)}
            >
              <Icon name="close" />
            </button>
          </div>
          <div class="many-body">{children}</div>
        </>
      )}
    </dialog>
  );
}
