import { element } from "./element.js";
import type { Finding, Seen } from "./predictor.js";
import { calibratedCaption, nameOf, standingOf, uncalibratedCaption } from "./words.js";

/** Fills the tables of findings: calibrated ones, and apart from them all others. */
export function showFindings({ findings, calibration }: Seen): void {
  const [calibrated, others]: [HTMLTableRowElement[], HTMLTableRowElement[]] = [[], []];
  for (const finding of findings ?? []) {
    const { output, standing } = finding;
    if (standing && "calibrated" in standing) {
      const row = rowOf(finding, standing.calibrated, "scale");
      row.classList.toggle("reached", standing.reached);
      calibrated.push(row);
    } else {
      others.push(rowOf(finding, output, "bar"));
    }
  }
  element("calibrated-caption").textContent = calibration ? calibratedCaption(calibration) : "";
  element("findings-caption").textContent = uncalibratedCaption(calibration);
  fill("calibrated", calibrated);
  fill("findings", others);
}

function fill(id: string, rows: readonly HTMLTableRowElement[]): void {
  element(`${id}-rows`).replaceChildren(...rows);
  element(id).hidden = rows.length === 0;
}

function rowOf(finding: Finding, value: number, kind: "bar" | "scale"): HTMLTableRowElement {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = nameOf(finding.label);
  const both = document.createElement("div");
  both.className = "value";
  both.append(numberOf(value), barOf(value, kind));
  const cell = document.createElement("td");
  cell.append(both);
  const words = standingOf(finding);
  if (words) {
    const standing = document.createElement("div");
    standing.className = "standing";
    standing.textContent = words;
    cell.append(standing);
  }
  row.append(name, cell);
  return row;
}

/** Three decimals to read, all of them for a program. */
function numberOf(value: number): HTMLDataElement {
  const number = document.createElement("data");
  number.value = String(value);
  number.textContent = value.toFixed(3);
  return number;
}

function barOf(value: number, kind: "bar" | "scale"): HTMLElement {
  const fill = document.createElement("span");
  fill.style.setProperty("--share", `${(value * 100).toFixed(2)}%`);
  const bar = document.createElement("div");
  bar.className = kind;
  bar.setAttribute("aria-hidden", "true");
  bar.append(fill);
  return bar;
}
