import { text } from "../../text/language.js";
import { Icon, type IconName } from "../page/Icon.js";
import { areOffered, withChange, type Change } from "../state/corrections.js";
import { correctItem, selected } from "../state/queue.js";
import { release } from "../state/session.js";

const TOOLS = [
  ["left", "turnLeft"],
  ["right", "turnRight"],
  ["mirror", "mirror"],
  ["invert", "negative"],
  ["crop", "crop"],
] as const satisfies readonly (readonly [Change, IconName])[];

/** Corrections of the image for the models too; nothing where the release has verified none. */
export function CorrectionTools() {
  const words = text.value.corrections;
  const item = selected.value;
  const verified = release.value?.corrections ?? [];
  if (!item || verified.length === 0) return null;
  const { id, corrections } = item;
  return (
    <details class="correcting" open={corrections.length > 0}>
      <summary>{words.tools}</summary>
      <p class="quiet">{words.explained}</p>
      <div class="toolbar" role="toolbar" aria-label={words.tools}>
        {TOOLS.map(([change, icon]) => {
          const next = withChange(corrections, change);
          return (
            <button
              key={change}
              type="button"
              class="tool"
              data-change={change}
              aria-label={words[change]}
              title={words[change]}
              aria-pressed={pressed(change, corrections)}
              disabled={!areOffered(next, verified)}
              onClick={() => correctItem(id, next)}
            >
              <Icon name={icon} />
            </button>
          );
        })}
        <span class="toolbar-gap" />
        <button
          type="button"
          class="small"
          disabled={corrections.length === 0}
          onClick={() => correctItem(id, [])}
        >
          {words.undo}
        </button>
      </div>
    </details>
  );
}

function pressed(change: Change, corrections: readonly string[]): boolean | undefined {
  if (change === "left" || change === "right") return undefined;
  return corrections.includes(change === "crop" ? "crop-border" : change);
}
