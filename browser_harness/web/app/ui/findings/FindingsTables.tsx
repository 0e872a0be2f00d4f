import { signal } from "@preact/signals";
import { formats, nameOf, text } from "../../text/language.js";
import type { Finding } from "../../host/seen.js";
import { explain, explaining, hideOverlay, overlay } from "../state/explaining.js";
import { session } from "../state/session.js";
import { revealStage } from "../viewer/reveal.js";
import { ValueScale } from "./Scale.js";
import {
  arranged,
  calibratedOf,
  standingOf,
  standingText,
  UNCERTAIN_TO,
  type Order,
  type Placed,
} from "./standing.js";

const order = signal<Order>("value");

interface TablesProps {
  readonly findings: readonly Finding[];
  /** Where the operating points were found; null without any. */
  readonly dataset: string | null;
}

/** Calibrated findings, and apart from them all others. */
export function FindingsTables({ findings, dataset }: TablesProps) {
  const words = text.value.findings;
  const { calibrated, others } = arranged(findings, order.value);
  const alone = dataset === null;
  return (
    <>
      <OrderChoice />
      {calibrated.length > 0 && (
        <Table
          id="calibrated"
          rows={calibrated}
          column={words.calibrated}
          caption={words.calibratedCaption(dataset ?? "", formats.value.number(UNCERTAIN_TO, 1))}
        />
      )}
      {others.length > 0 && (
        <>
          {!alone && <h3 id="others-heading">{words.uncalibratedHeading}</h3>}
          <Table
            id="uncalibrated"
            rows={others}
            column={words.output}
            caption={alone ? words.uncalibratedAlone : words.uncalibratedBeside}
          />
        </>
      )}
    </>
  );
}

function OrderChoice() {
  const words = text.value.findings;
  const names = { value: words.byValue, fixed: words.fixed };
  return (
    <fieldset class="segments order">
      <legend>{words.sort}</legend>
      {(["value", "fixed"] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="order"
            value={one}
            checked={order.value === one}
            onChange={() => (order.value = one)}
          />
          <span>{names[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface TableProps {
  readonly id: string;
  readonly rows: readonly Placed[];
  readonly column: string;
  readonly caption: string;
}

function Table({ id, rows, column, caption }: TableProps) {
  const words = text.value.findings;
  const explains = session.value?.explains;
  const canExplain = (explains?.saliency ?? false) || (explains?.cam ?? false);
  return (
    <table id={id} class="finding-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.finding}</th>
          <th scope="col">{column}</th>
          {canExplain && (
            <th scope="col">
              <span class="unseen">{words.explain}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.index} {...row} canExplain={canExplain} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ index, finding, canExplain }: Placed & { readonly canExplain: boolean }) {
  const words = text.value.findings;
  const calibrated = calibratedOf(finding);
  const value = calibrated ?? finding.output;
  const standing = standingText(finding, words);
  const explained = overlay.value.kind === "finding" && overlay.value.finding === index;
  return (
    <tr class={`finding ${standingOf(finding) ?? "plain"}${explained ? " explained" : ""}`}>
      <th scope="row">
        {nameOf(finding.label)}
        {standing && <span class="standing">{standing}</span>}
      </th>
      <td class="value">
        <data value={String(value)}>{formats.value.number(value, 3)}</data>
        <ValueScale value={value} calibrated={calibrated !== null} />
      </td>
      {canExplain && (
        <td class="why">
          <WhyButton index={index} label={finding.label} explained={explained} />
        </td>
      )}
    </tr>
  );
}

interface WhyProps {
  readonly index: number;
  readonly label: string;
  readonly explained: boolean;
}

function WhyButton({ index, label, explained }: WhyProps) {
  const words = text.value.findings;
  const busy = explaining.value === index;
  const show = () => {
    void explain(index);
    revealStage();
  };
  return (
    <button
      type="button"
      class={busy ? "small busy" : "small"}
      aria-pressed={explained}
      aria-busy={busy}
      aria-label={words.explainOne(nameOf(label))}
      onClick={() => (explained ? hideOverlay() : show())}
    >
      {words.explain}
    </button>
  );
}
