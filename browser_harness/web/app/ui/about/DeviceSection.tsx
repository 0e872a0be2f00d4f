import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { formats, text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { Attempts } from "../page/StoppedPage.js";
import { saveDiagnostics } from "../state/diagnostics.js";
import { backends, choice, choose, running, session, type Choice } from "../state/session.js";
import { updateStatus } from "../state/updates.js";
import { Section } from "./Section.js";

/** What this device runs, in what state, and a file about it. */
export function DeviceSection() {
  const words = text.value.about;
  const unstored = session.value?.unstored ?? null;
  const offline = updateStatus.value?.offline;
  return (
    <Section heading={words.deviceHeading}>
      <Facts key={running.value?.backend} />
      <BackendChoice />
      {offline && !unstored && <p>{words.offline[offline]}</p>}
      {unstored && <p>{words.unstored[unstored]}</p>}
      {(running.value?.attempts.length ?? 0) > 0 && (
        <>
          <h4>{words.tried}</h4>
          <Attempts attempts={running.value?.attempts ?? []} />
        </>
      )}
      <p>{words.diagnosticsText}</p>
      <button type="button" onClick={() => void saveDiagnostics()}>
        <Icon name="download" />
        {words.diagnostics}
      </button>
    </Section>
  );
}

/** What computes: the page's choice, or a person's among what was verified. */
function BackendChoice() {
  const { about: words, page } = text.value;
  const all: readonly Choice[] = ["fastest", ...backends.value];
  if (!running.value || backends.value.length < 2) return null;
  return (
    <fieldset class="segments backend-choice">
      <legend>{words.computeOn}</legend>
      {all.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="backend"
            value={one}
            checked={choice.value === one}
            onChange={() => void choose(one)}
          />
          <span>{one === "fastest" ? words.fastest : page.backendShort[one]}</span>
        </label>
      ))}
      <p class="quiet">{words.computeOnHint}</p>
    </fieldset>
  );
}

function Facts() {
  const { about: words, page } = text.value;
  const memory = useSignal("");
  useEffect(() => {
    session.value?.memory().then(
      ({ bytes }) => (memory.value = formats.value.bytes(bytes)),
      () => (memory.value = "–"),
    );
  }, []);
  const now = running.value;
  if (!now) return null;
  const { renderer, mantissaBits, wasmThreads } = now.environment;
  return (
    <dl class="facts">
      <dt>{words.runsOn}</dt>
      <dd>{page.backends[now.backend]}</dd>
      {renderer && (
        <>
          <dt>{words.renderer}</dt>
          <dd>{renderer}</dd>
        </>
      )}
      <dt>{words.precision}</dt>
      <dd>{words.bits(mantissaBits)}</dd>
      {wasmThreads !== null && (
        <>
          <dt>{words.threads}</dt>
          <dd>{wasmThreads}</dd>
        </>
      )}
      <dt>{words.memory}</dt>
      <dd>{memory}</dd>
    </dl>
  );
}
