import { Icon } from "../page/Icon.js";
import { layer } from "../state/layer.js";
import { announce } from "../state/announce.js";
import { text } from "../../text/language.js";
import { fileName, save, saveResults, sourceNow } from "../state/exports.js";
import { saveOverlay } from "../state/overlay_png.js";
import { keyOf, inKey, pseudonymous } from "../state/pseudonyms.js";
import { items } from "../state/queue.js";

/** Forms that fewer people need, and what files are called in all of them. */
export function MoreExports() {
  const words = text.value.many.export;
  return (
    <details class="more-exports">
      <summary>{words.more}</summary>
      <div class="actions tight">
        <Save name={words.wide} act={() => saveResults("wide")} />
        <Save name={words.fhir} act={() => saveResults("fhir")} />
        {layer.value && <Save name={words.overlay} act={saveOverlay} />}
      </div>
      <Names />
    </details>
  );
}

function Save({ name, act }: { readonly name: string; readonly act: () => void }) {
  return (
    <button type="button" class="small" onClick={act}>
      <Icon name="download" />
      {name}
    </button>
  );
}

function Names() {
  const words = text.value.many.export;
  return (
    <>
      <label class="check-line">
        <input
          type="checkbox"
          checked={pseudonymous.value}
          aria-describedby="pseudonyms-hint"
          onChange={({ currentTarget }) => (pseudonymous.value = currentTarget.checked)}
        />{" "}
        {words.pseudonyms}
      </label>
      <div id="pseudonyms-hint">
        {pseudonymous.value && <p class="quiet">{words.pseudonymsHint}</p>}
      </div>
      {pseudonymous.value && (
        <div class="actions tight">
          <Save name={words.key} act={saveKey} />
          {items.value.some(({ id }) => !inKey.value.has(id)) && (
            <p class="quiet">{words.keyUnsaved}</p>
          )}
        </div>
      )}
    </>
  );
}

function saveKey(): void {
  const name = fileName("key", "csv");
  save(keyOf(items.value, sourceNow()), name, "text/csv;charset=utf-8");
  announce(text.value.images.export.saved(name));
}
