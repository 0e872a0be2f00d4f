import { formats, nameOf, text } from "../../text/language.js";
import type { Finding } from "../../host/seen.js";
import { operatingPoint } from "../state/export_documents.js";
import type { Result } from "../state/items.js";
import { calibratedOf } from "./standing.js";

interface RawProps {
  readonly result: Result;
  readonly findings: readonly Finding[];
}

/** Every number with every digit. */
export function RawNumbers({ result, findings }: RawProps) {
  const words = text.value.findings;
  const full = (value: number | null) => (value === null ? "–" : formats.value.full(value));
  return (
    <details class="raw">
      <summary>{words.raw}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.raw}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.finding}</th>
              <th scope="col">{words.rawOutput}</th>
              <th scope="col">{words.rawCalibrated}</th>
              <th scope="col">{words.rawPoint}</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding, i) => (
              <tr key={finding.label}>
                <th scope="row">{nameOf(finding.label)}</th>
                <td>
                  <data value={String(finding.output)}>{full(finding.output)}</data>
                </td>
                <td>{full(calibratedOf(finding))}</td>
                <td>{full(operatingPoint(result, i))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
