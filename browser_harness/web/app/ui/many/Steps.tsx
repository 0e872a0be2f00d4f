import "./many.css";
import { text } from "../../text/language.js";
import { announce } from "../state/announce.js";
import { stepTo, type Kind } from "../state/many.js";
import { items, selectedId } from "../state/queue.js";
import { tableOpen } from "./open.js";

/** The table, and the way to the next image that is worth a look; shown with two images or more. */
export function Steps() {
  const { steps: words, table } = text.value.many;
  if (items.value.length < 2) return null;
  return (
    <div class="many-steps" role="group" aria-label={words.heading}>
      <button type="button" class="small" onClick={() => (tableOpen.value = true)}>
        {table.open}
      </button>
      <span class="many-pair">
        <Step kind="positive" step={-1} name={words.positivePrevious} />
        <span>{words.positive}</span>
        <Step kind="positive" step={1} name={words.positiveNext} />
      </span>
      <span class="many-pair">
        <Step kind="refused" step={-1} name={words.refusedPrevious} />
        <span>{words.refused}</span>
        <Step kind="refused" step={1} name={words.refusedNext} />
      </span>
    </div>
  );
}

interface StepProps {
  readonly kind: Kind;
  readonly step: -1 | 1;
  readonly name: string;
}

function Step({ kind, step, name }: StepProps) {
  const to = stepTo(items.value, selectedId.value, kind, step);
  const go = () => {
    if (!to) return;
    selectedId.value = to.id;
    announce(text.value.many.steps.said(to.name));
  };
  return (
    <button
      type="button"
      class="small only-icon many-step"
      aria-label={name}
      title={name}
      aria-disabled={to === null}
      onClick={go}
    >
      <span aria-hidden="true">{step < 0 ? "‹" : "›"}</span>
    </button>
  );
}
