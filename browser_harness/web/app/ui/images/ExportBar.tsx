import { text } from "../../text/language.js";
import { MoreExports } from "./MoreExports.js";
import { Icon } from "../page/Icon.js";
import { saveResults } from "../state/exports.js";
import { counts, selected } from "../state/queue.js";

/** Results as files or on paper, and what is lost otherwise. */
export function ExportBar() {
  const words = text.value.images.export;
  const { results, unexported } = counts.value;
  if (results === 0) return null;
  return (
    <section class="card export" aria-labelledby="export-heading">
      <h2 id="export-heading">
        {words.heading} <span class="quiet">({words.count(results)})</span>
      </h2>
      <div class="actions tight">
        <button
          type="button"
          class="small"
          aria-label={words.csv}
          onClick={() => saveResults("csv")}
        >
          <Icon name="download" />
          CSV
        </button>
        <button
          type="button"
          class="small"
          aria-label={words.json}
          onClick={() => saveResults("json")}
        >
          <Icon name="download" />
          JSON
        </button>
        {selected.value?.result && (
          <button type="button" class="small" onClick={() => print()}>
            <Icon name="print" />
            {words.print}
          </button>
        )}
      </div>
      <MoreExports />
      {unexported > 0 && <p class="quiet">{words.unexported(unexported)}</p>}
    </section>
  );
}
