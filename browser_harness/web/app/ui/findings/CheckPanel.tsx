import { formats, text } from "../../text/language.js";
import { decimalsApart } from "../../text/format.js";
import type { Check } from "../../host/seen.js";
import { Icon } from "../page/Icon.js";
import { overlay, showError, hideOverlay } from "../state/explaining.js";
import type { Result } from "../state/items.js";
import { revealStage } from "../viewer/reveal.js";
import { Rebuilt } from "./Rebuilt.js";
import { ScoreScale } from "./Scale.js";

/** Whether the image fits the models, which decides whether there are findings at all. */
export function CheckPanel({ result }: { readonly result: Result }) {
  const words = text.value.findings.check;
  const { check, rebuilt } = result;
  const kind = !check ? "caution" : check.accepted ? "good" : "alarm";
  return (
    <section class={`check ${kind}`} aria-labelledby="check-heading">
      <h3 id="check-heading">{words.heading}</h3>
      <p class="verdict with-icon">
        <Icon name={kind === "good" ? "check" : "warning"} />
        <strong>{check ? (check.accepted ? words.accepted : words.refused) : words.none}</strong>
      </p>
      {check ? <Score check={check} /> : <p>{words.noneReason}</p>}
      {check && !check.accepted && <p>{words.refusedReason}</p>}
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

/** The score beside its threshold, in words and on a scale. */
export function Score({ check }: { readonly check: Check }) {
  const words = text.value.findings.check;
  const { gate, score } = check;
  const digits = decimalsApart(score, gate.threshold);
  const [found, limit] = [score, gate.threshold].map((one) => formats.value.number(one, digits));
  const least = gate.score === "ssim";
  const need = least ? words.atLeast(limit ?? "") : words.atMost(limit ?? "");
  const { dataset, images, refused } = gate.in_distribution;
  return (
    <>
      <p class="score">
        {words.scores[gate.score]} <data value={String(score)}>{found}</data>, {need}
      </p>
      <ScoreScale score={score} threshold={gate.threshold} atLeast={least} />
      <p class="quiet">
        {gate.site === undefined ? words.rate(refused, images, dataset) : words.bySite(gate.site)}
      </p>
    </>
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
