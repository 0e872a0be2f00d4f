import "./findings.css";
import type { ComponentChildren } from "preact";
import { formats, text } from "../../text/language.js";
import { reasonText } from "../page/reasons.js";
import { Weights } from "../page/Weights.js";
import { NOTICE } from "../state/export_documents.js";
import type { Item, Result } from "../state/items.js";
import { retryItem, selected } from "../state/queue.js";
import { running } from "../state/session.js";
import { HeaderWarnings } from "../viewer/Header.js";
import { CheckLine, CheckPanel } from "./CheckPanel.js";
import { Corrected, CorrectionOffer } from "./Corrected.js";
import { FindingsTables } from "./FindingsTables.js";
import { RawNumbers } from "./RawNumbers.js";

/** What is found in the image in view. */
export function FindingsPanel() {
  const item = selected.value;
  const words = text.value.findings;
  return (
    <section
      class="card findings"
      aria-labelledby="findings-heading"
      aria-busy={item?.status === "working"}
    >
      <div class="card-head">
        <h2 id="findings-heading">{words.heading}</h2>
        <p class="badge" lang="en">
          {NOTICE}
        </p>
      </div>
      {item ? <Content item={item} /> : <p class="quiet">{words.empty}</p>}
    </section>
  );
}

function Content({ item }: { readonly item: Item }) {
  const words = text.value.findings;
  if (item.result) return <Results item={item} result={item.result} />;
  switch (item.status) {
    case "failed":
      return <Failed item={item} />;
    case "working":
      return (
        <Waiting>
          <progress aria-label={words.working} /> {words.working}
        </Waiting>
      );
    default:
      return <Waiting>{words.waiting}</Waiting>;
  }
}

function Waiting({ children }: { readonly children: ComponentChildren }) {
  return <p class="quiet waiting-line">{children}</p>;
}

function Failed({ item }: { readonly item: Item }) {
  const { findings, images } = text.value;
  return (
    <div class="note alarm" role="alert">
      <div>
        <p>
          <strong>{findings.failed}</strong>
        </p>
        <p>
          {item.name}: {reasonText(item.problem?.code ?? "internal", false)}
        </p>
        <p class="detail" lang="en">
          {item.problem?.detail}
        </p>
        <button
          type="button"
          aria-label={images.queue.retry(item.name)}
          onClick={() => retryItem(item.id)}
        >
          {images.queue.retryShort}
        </button>
      </div>
    </div>
  );
}

function Results({ item, result }: { readonly item: Item; readonly result: Result }) {
  const { findings: words, page } = text.value;
  const then = page.backendShort[result.origin.backend];
  const now = running.value?.backend;
  const accepted = result.check?.accepted === true && result.findings !== null;
  const other = now && now !== result.origin.backend ? page.backendShort[now] : null;
  return (
    <>
      <p class="quiet file-line">
        <span class="file-name">{item.name}</span>
        {" · "}
        {words.computed(formats.value.number(result.seconds, 2), then)}
      </p>
      {other && <p class="note calm">{words.otherBackend(then, other)}</p>}
      <HeaderWarnings header={result.header} />
      <Corrected corrections={result.corrections} />
      <Weights />
      {accepted ? <CheckLine /> : <CheckPanel result={result} />}
      <CorrectionOffer item={item} />
      {result.findings && (
        <>
          <FindingsTables
            findings={result.findings}
            dataset={result.calibration?.dataset ?? null}
          />
          {accepted && <CheckPanel result={result} />}
          <RawNumbers result={result} findings={result.findings} />
        </>
      )}
    </>
  );
}
