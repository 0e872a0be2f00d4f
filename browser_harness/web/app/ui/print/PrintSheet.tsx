import "./print.css";
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formats, nameOf, text } from "../../text/language.js";
import { Conditions, gateSetBy, Score } from "../findings/CheckPanel.js";
import { Corrected } from "../findings/Corrected.js";
import { ValueScale } from "../findings/Scale.js";
import { verdictWords } from "../findings/verdict.js";
import { arranged, calibratedOf, standingText, type Placed } from "../findings/standing.js";
import { NOTICE } from "../state/export_documents.js";
import { overlay } from "../state/explaining.js";
import { nameOfFile, type Item, type Result } from "../state/items.js";
import { layer } from "../state/layer.js";
import { picture } from "../state/picture.js";
import { named } from "../state/pseudonyms.js";
import { selected } from "../state/queue.js";
import { digest, release, releaseName } from "../state/session.js";
import { HeaderLine, HeaderWarnings } from "../viewer/Header.js";
import { siteText } from "../page/Strip.js";
import { drawOnPaper } from "./paper.js";

/** One page on paper about the image in view; on the screen it is not to be seen. */
export function PrintSheet() {
  const [item] = selected.value ? named([selected.value]) : [];
  const result = item?.result;
  return <div class="sheet">{item && result && <Sheet item={item} result={result} />}</div>;
}

function Sheet({ item, result }: { readonly item: Item; readonly result: Result }) {
  const { images, page } = text.value;
  const verdict = release.value?.verdict ?? "PASSED";
  return (
    <>
      <p class="sheet-notice">
        <strong lang="en">{NOTICE}</strong>
        {page.notice && <strong>{page.notice}</strong>}
        {verdict !== "PASSED" && <strong>{page.less[verdict]}</strong>}
        {result.origin.site && <strong>{siteText(result.origin.site)}</strong>}
        <span>{page.strip}</span>
      </p>
      <h1>{release.value?.title ?? page.title}</h1>
      <p>
        {images.print.heading}: <strong>{item.name}</strong>
      </p>
      <HeaderLine header={result.header} />
      <HeaderWarnings header={result.header} />
      <Corrected corrections={result.corrections} />
      <Pictures />
      <Verdict result={result} />
      <Findings result={result} />
      <Facts file={item.file} result={result} />
      <p class="sheet-notice">
        <strong lang="en">{NOTICE}</strong>
        {page.notice && <strong>{page.notice}</strong>}
      </p>
    </>
  );
}

/** Drawn when the browser is about to print. */
function Pictures() {
  const { overlay: overlayWords, print, viewer } = text.value.images;
  const plain = useRef<HTMLCanvasElement>(null);
  const covered = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => drawOnPaper(plain.current, covered.current);
    addEventListener("beforeprint", draw);
    return () => removeEventListener("beforeprint", draw);
  }, []);
  if (!picture.value) return <p>{viewer.loading}</p>;
  const over = overlay.value;
  const label = over.kind === "finding" && selected.value?.result?.findings?.[over.finding]?.label;
  const name = over.kind === "error" ? overlayWords.error : label && overlayWords.of(nameOf(label));
  return (
    <div class="sheet-pictures">
      <figure>
        <canvas ref={plain} aria-label={print.picture} role="img" />
        <figcaption>{print.picture}</figcaption>
      </figure>
      {layer.value && (
        <figure>
          <canvas ref={covered} aria-label={print.overlay} role="img" />
          <figcaption>{name}</figcaption>
        </figure>
      )}
    </div>
  );
}

function Verdict({ result }: { readonly result: Result }) {
  const { check } = result;
  const words = text.value.findings.check;
  if (!check) {
    return (
      <p>
        <strong>{words.none}</strong> {words.noneReason}
      </p>
    );
  }
  const { verdict, why } = verdictWords(check, words);
  return (
    <>
      <p>
        <strong>{verdict}</strong>
        {why && ` ${why}`}
      </p>
      <Score check={check} site={gateSetBy(result)} />
      {check.scored.length > 1 && <Conditions check={check} />}
    </>
  );
}

function Findings({ result }: { readonly result: Result }) {
  const words = text.value.findings;
  if (!result.findings) return null;
  const { calibrated, others } = arranged(result.findings, "fixed");
  const dataset = result.calibration?.dataset;
  const limit = formats.value.number(0.6, 1);
  return (
    <>
      {calibrated.length > 0 && (
        <Rows rows={calibrated} caption={words.calibratedCaption(dataset ?? "", limit)} />
      )}
      {others.length > 0 && (
        <Rows
          rows={others}
          caption={dataset ? words.uncalibratedBeside : words.uncalibratedAlone}
        />
      )}
    </>
  );
}

function Rows({ rows, caption }: { readonly rows: readonly Placed[]; readonly caption: string }) {
  const words = text.value.findings;
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ index, finding }) => {
          const calibrated = calibratedOf(finding);
          const value = calibrated ?? finding.output;
          return (
            <tr key={index}>
              <th scope="row">{nameOf(finding.label)}</th>
              <td>{formats.value.number(value, 3)}</td>
              <td class="sheet-scale">
                <ValueScale value={value} calibrated={calibrated !== null} />
              </td>
              <td>{standingText(finding, words)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Facts({ file, result }: { readonly file: File; readonly result: Result }) {
  const { about, images, page } = text.value;
  const words = images.print;
  const { facts, origin, sha256 } = result;
  const publisher = release.value?.publisher;
  const tools = Object.entries(release.value?.tools ?? {});
  const passed = origin.selfTestPassed ? about.passed : about.failed;
  return (
    <dl class="facts">
      <dt>{words.file}</dt>
      <dd>{nameOfFile(file)}</dd>
      <dt>{words.digest}</dt>
      <dd class="digest">{sha256}</dd>
      {facts.notes.map((note) => (
        <Fragment key={note}>
          <dt>{words.note}</dt>
          <dd>{images.viewer.notes[note]}</dd>
        </Fragment>
      ))}
      <dt>{words.examined}</dt>
      <dd>{formats.value.moment(origin.made)}</dd>
      <dt>{words.computed}</dt>
      <dd>
        {page.backends[origin.backend]}
        {origin.renderer && `, ${origin.renderer}`}; {words.selfTest}: {passed}
      </dd>
      <dt>{words.release}</dt>
      <dd>{releaseName}</dd>
      {publisher && (
        <>
          <dt>{words.claim}</dt>
          <dd>{page.claimed(publisher.name)}</dd>
        </>
      )}
      <dt>{words.manifest}</dt>
      <dd class="digest">{digest}</dd>
      <dt>{words.tools}</dt>
      <dd>{tools.map(([name, version]) => `${name} ${version}`).join(", ")}</dd>
    </dl>
  );
}
