import { formats, nameOf, text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { reasonText } from "../page/reasons.js";
import {
  cancelExplaining,
  explaining,
  explanation,
  explanationProblem,
  hideOverlay,
  mapKind,
  opacity,
  overlay,
  smooth,
  type MapKind,
} from "../state/explaining.js";
import { kindOf, mapIsEmpty } from "../state/layer.js";
import { selected } from "../state/queue.js";
import { gradientOf, STOPS } from "./colours.js";
import { Slider } from "./Slider.js";

/** What lies over the image, how it is drawn, and what its colours mean. */
export function OverlayControls() {
  const busy = explaining.value;
  const over = overlay.value;
  if (busy !== null) return <Computing finding={busy} />;
  if (explanationProblem.value) return <Failed />;
  if (over.kind === "none") return null;
  const words = text.value.images.overlay;
  const heading = over.kind === "error" ? words.error : words.of(labelOf(over.finding));
  return (
    <section class="overlay" aria-labelledby="overlay-heading">
      <div class="overlay-head">
        <h3 id="overlay-heading">{heading}</h3>
        <button
          type="button"
          class="small"
          aria-describedby="overlay-heading"
          onClick={hideOverlay}
        >
          {words.hide}
        </button>
      </div>
      <div class="overlay-row">
        {over.kind === "finding" && <MapChoice />}
        <Slider
          label={words.opacity}
          min={0}
          max={1}
          step={0.05}
          value={opacity.value}
          said={formats.value.percent(opacity.value)}
          set={(value) => (opacity.value = value)}
        />
      </div>
      {over.kind === "error" ? (
        <p class="quiet">
          {words.errorHint} {words.seen}
        </p>
      ) : (
        <Legend />
      )}
    </section>
  );
}

function labelOf(finding: number): string {
  return nameOf(selected.value?.result?.findings?.[finding]?.label ?? "");
}

function Computing({ finding }: { readonly finding: number }) {
  const words = text.value.images.overlay;
  return (
    <div class="overlay computing">
      <p role="status">{words.computing(labelOf(finding))}</p>
      <progress aria-label={words.computing(labelOf(finding))} />
      <button type="button" class="small" onClick={cancelExplaining}>
        {words.cancel}
      </button>
    </div>
  );
}

function Failed() {
  const problem = explanationProblem.value;
  if (!problem) return null;
  return (
    <div class="note alarm" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          {text.value.images.overlay.failed(labelOf(problem.finding))} {reasonText(problem.code)}
        </p>
        <p class="detail" lang="en">
          {problem.detail}
        </p>
      </div>
    </div>
  );
}

function MapChoice() {
  const words = text.value.images.overlay;
  const found = explanation.value;
  if (!found) return null;
  const kind = kindOf(found, mapKind.value);
  return (
    <div class="map-choice">
      {found.cam && (
        <fieldset class="segments">
          <legend class="unseen">{words.map}</legend>
          {(["saliency", "cam"] as const).map((one: MapKind) => (
            <label key={one}>
              <input
                type="radio"
                name="map"
                value={one}
                checked={kind === one}
                onChange={() => (mapKind.value = one)}
              />
              <span>{words[one]}</span>
            </label>
          ))}
        </fieldset>
      )}
      <label class="check-line">
        <input
          type="checkbox"
          checked={smooth.value}
          onChange={({ currentTarget }) => (smooth.value = currentTarget.checked)}
        />
        {words.smooth}
      </label>
    </div>
  );
}

/** What the colours of a finding's map mean. */
function Legend() {
  const words = text.value.images.overlay;
  const found = explanation.value;
  if (!found) return null;
  if (mapIsEmpty.value) return <p class="note calm">{words.empty}</p>;
  const kind = kindOf(found, mapKind.value);
  return (
    <>
      <figure class="legend">
        <span>{words.low}</span>
        <span class="legend-colours" style={{ backgroundImage: gradientOf(STOPS) }} />
        <span>{words.high}</span>
        <figcaption class="unseen">{words.legend}</figcaption>
      </figure>
      <p class="quiet">
        {kind === "cam" ? words.camHint : words.saliencyHint} {words.legend}. {words.seen}
      </p>
    </>
  );
}
