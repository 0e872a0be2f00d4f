import { useSignal, type Signal } from "@preact/signals";
import { formats, text } from "../../text/language.js";
import type { SelfTestCheck, SelfTestReport } from "../../host/report.js";
import { wordsOf } from "../../host/errors.js";
import { Icon } from "../page/Icon.js";
import { announce } from "../state/announce.js";
import { release, running, session } from "../state/session.js";
import { Section } from "./Section.js";

/** What the stored inputs gave on this device, and a way to see it again. */
export function SelfTestSection() {
  const words = text.value.about;
  const now = useSignal("");
  const report = running.value?.selfTest;
  return (
    <Section heading={words.selfTestHeading}>
      <p>{words.selfTestText(release.value?.faithful_to ?? "")}</p>
      {report && <Report report={report} />}
      {session.value && (
        <div class="actions">
          <button type="button" disabled={now.value !== ""} onClick={() => void again(now)}>
            <Icon name="reset" />
            {words.again}
          </button>
          <span role="status">{now}</span>
        </div>
      )}
    </Section>
  );
}

async function again(now: Signal<string>): Promise<void> {
  const words = text.value.about;
  now.value = words.running(0, 0);
  try {
    const report = await session.value?.selfTest((done, total) => {
      now.value = words.running(done, total);
    });
    if (report && running.value) running.value = { ...running.value, selfTest: report };
    if (report) announce(report.passed ? words.passed : words.failed);
  } catch (error) {
    announce(words.notFinished(wordsOf(error)));
  } finally {
    now.value = "";
  }
}

function Report({ report }: { readonly report: SelfTestReport }) {
  const { about: words, page } = text.value;
  const backend = page.backendShort[report.backend];
  const cases = report.checks.reduce((most, check) => Math.max(most, check.cases), 0);
  const columns = Object.values(words.columns);
  return (
    <>
      <p class={report.passed ? "with-icon good" : "with-icon bad"}>
        <Icon name={report.passed ? "check" : "warning"} />
        <strong>{report.passed ? words.passedOn(backend, cases) : words.failedOn(backend)}</strong>
      </p>
      <p class="quiet">
        {words.made(formats.value.moment(report.made), formats.value.number(report.seconds, 1))}
        {report.remembered && <> · {words.remembered}</>}
      </p>
      {report.error && <p class="detail">{words.notFinished(report.error)}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={words.selfTest}>
        <table class="checks">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.checks.map((check, i) => (
              <CheckRow key={i} check={check} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function CheckRow({ check }: { readonly check: SelfTestCheck }) {
  const { model, output, measure, cases, value, limit, passed } = check;
  const words = text.value.about;
  const { small } = formats.value;
  const bound = measure === "cosine" ? words.atLeast(small(limit)) : words.atMost(small(limit));
  return (
    <tr>
      <th scope="row">{model}</th>
      <td>{output}</td>
      <td>{words.measures[measure]}</td>
      <td class="number">{cases}</td>
      <td class="number">
        <data value={String(value)}>{small(value)}</data>
      </td>
      <td class="number">{bound}</td>
      <td class={passed ? "good" : "bad"}>{passed ? words.passed : words.failed}</td>
    </tr>
  );
}
