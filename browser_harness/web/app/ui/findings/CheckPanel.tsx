import { formats, text } from "../../text/language.js";
import type { Check } from "../../host/seen.js";
import { Icon } from "../page/Icon.js";
import { overlay, showError, hideOverlay } from "../state/explaining.js";
import type { Result } from "../state/items.js";
import { revealStage } from "../viewer/reveal.js";
import { Rebuilt } from "./Rebuilt.js";
import { ScoreScale } from "./Scale.js";
import { isOnScale, outcomeOf, scoreName, scoreWords, verdictWords } from "./verdict.js";

/** That an image was let through, in one line: what was found in it follows, then the whole check. */
export function CheckLine() {
  const words = text.value.findings.check;
  return (
    <p class="verdict check-line-good with-icon">
      <Icon name="check" />
      <strong>{words.accepted}</strong>
    </p>
  );
}

/** Whether the image fits the models, which decides whether there are findings at all. */
export function CheckPanel({ result }: { readonly result: Result }) {
  const words = text.value.findings.check;
  const { check, rebuilt } = result;
  const said = check && verdictWords(check, words);
  const kind = !check ? "caution" : check.accepted ? "good" : "alarm";
  return (
    <section class={`check ${kind}`} aria-labelledby="check-heading">
      <h3 id="check-heading">{words.heading}</h3>
      <p class="verdict with-icon">
        <Icon name={kind === "good" ? "check" : "warning"} />
        <strong>{said ? said.verdict : words.none}</strong>
      </p>
      {said?.why && check && check.scored.length > 1 && <p>{said.why}</p>}
      {check ? <Score check={check} site={gateSetBy(result)} /> : <p>{words.noneReason}</p>}
      {said?.why && check?.scored.length === 1 && <p>{said.why}</p>}
      {check && check.scored.length > 1 && (
        <details>
          <summary>{words.all}</summary>
          <Conditions check={check} />
        </details>
      )}
      {rebuilt && (
        <>
          <ErrorToggle />
          <details>
            <summary>{words.details}</summary>
            <Rebuilt rebuilt={rebuilt} />
          </details>
        </>
      )}
    </section>
  );
}

interface ScoreProps {
  readonly check: Check;
  /** Who set thresholds of the gate; null: they are the release's own. */
  readonly site: string | null;
}

/** Who set thresholds of the gate that decided, where they are not the release's. */
export function gateSetBy({ origin: { site } }: Result): string | null {
  return site?.gate ? site.site : null;
}

/** The deciding score beside its threshold, in words and on a scale. */
export function Score({ check, site }: ScoreProps) {
  const words = text.value.findings.check;
  const { deciding, known, scored } = check;
  const { condition, score } = deciding;
  const { value, need } = scoreWords(deciding, words, formats.value);
  const rate = scored.length > 1 ? words.ruleRate : words.rate;
  return (
    <>
      <p class="score">
        {scoreName(condition, words)} <data value={String(score)}>{value}</data>, {need}
      </p>
      {isOnScale(condition) && score !== null && (
        <ScoreScale
          score={score}
          threshold={condition.threshold}
          atLeast={condition.comparison === "at least"}
        />
      )}
      <p class="quiet">
        {site === null ? rate(known.refused, known.images, known.dataset) : words.bySite(site)}
      </p>
    </>
  );
}

/** Every condition of the rule in its order, with the image's score. */
export function Conditions({ check }: { readonly check: Check }) {
  const words = text.value.findings.check;
  return (
    <ol class="conditions" aria-label={words.all}>
      {check.scored.map((one, place) => {
        const { value, need } = scoreWords(one, words, formats.value);
        const outcome = outcomeOf(check, place);
        return (
          <li key={place} class={outcome}>
            {scoreName(one.condition, words)}{" "}
            {value !== null && <data value={String(one.score)}>{value}</data>}
            {value === null ? "–" : ""}, {need}
            <span class="outcome">{words[outcome]}</span>
          </li>
        );
      })}
    </ol>
  );
}

function ErrorToggle() {
  const on = overlay.value.kind === "error";
  const show = () => {
    showError();
    revealStage();
  };
  return (
    <button
      type="button"
      class="small"
      aria-pressed={on}
      onClick={() => (on ? hideOverlay() : show())}
    >
      {text.value.findings.check.show}
    </button>
  );
}
