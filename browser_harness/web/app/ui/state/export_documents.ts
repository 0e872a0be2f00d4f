import { calibratedOf, standingOf } from "../findings/standing.js";
import type { Condition, Finding, Scored } from "../../host/seen.js";
import { nameOfFile, type Item, type Result } from "./items.js";

export const NOTICE = "NOT FOR MEDICAL USE";

/** Which release made the results, and when the file was made (ISO 8601, UTC). */
export interface Source {
  readonly release: string;
  readonly title: string;
  readonly version: string | null;
  /** SHA-256 of manifest.json. */
  readonly digest: string;
  readonly made: string;
  /** Who claims the release; null: nobody. */
  readonly publisher: string | null;
}

export type Cell = string | number | boolean | null;

export const COLUMNS = [
  "notice",
  "release",
  "version",
  "manifest_sha256",
  "file",
  "file_sha256",
  "examined",
  "backend",
  "renderer",
  "self_test",
  "status",
  "reason",
  "notes",
  "gate_score",
  "gate_value",
  "gate_threshold",
  "gate_accepted",
  "gate_reason",
  "finding",
  "output",
  "calibrated",
  "operating_point",
  "standing",
  "corrections",
  "site",
  "claim",
] as const;

/**
 * One row for each finding of each image, and one for an image without findings (RFC 4180).
 *
 * Numbers have every digit. Texts that a spreadsheet would take for a formula begin with an
 * apostrophe.
 */
export function csvOf(items: readonly Item[], source: Source): string {
  const claim = claimWords(source);
  const rows = items.flatMap((item) => {
    const shared = sharedCells(item, source);
    const findings = item.result?.findings ?? [];
    const site = siteWords(item.result);
    const corrections = item.result?.corrections.join(" ") ?? null;
    if (findings.length === 0) {
      return [[...shared, null, null, null, null, null, corrections, site, claim]];
    }
    return findings.map((finding, i) => [
      ...shared,
      finding.label,
      finding.output,
      calibratedOf(finding),
      operatingPoint(item.result, i),
      standingOf(finding),
      corrections,
      site,
      claim,
    ]);
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

/** The same as one document. */
export function jsonOf(items: readonly Item[], source: Source): string {
  const images = items.map((item) => ({
    file: nameOfFile(item.file),
    sha256: digestOf(item),
    bytes: item.file.size,
    status: item.status,
    reason: item.problem?.detail ?? null,
    notes: item.result?.facts.notes ?? [],
    examined: item.result?.origin.made ?? null,
    backend: item.result?.origin.backend ?? null,
    renderer: item.result?.origin.renderer ?? null,
    self_test: selfTestOf(item.result),
    site: siteOf(item.result),
    corrections: item.result?.corrections ?? [],
    gate: gateOf(item.result),
    findings: item.result?.findings?.map((one, i) => findingOf(one, item.result, i)) ?? null,
  }));
  const { release, title, version, digest, made } = source;
  const document = {
    notice: NOTICE,
    schema_version: 1,
    release,
    title,
    version,
    manifest_sha256: digest,
    claim: claimWords(source),
    made,
    images,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A cell of RFC 4180, harmless in a spreadsheet. */
export function cellOf(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const harmless = /^[=+\-@\t\r\n|%]/.test(value.trimStart()) ? `'${value}` : value;
  return /[",\r\n;\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Cells of all columns before `finding`. */
export function sharedCells(item: Item, { release, version, digest }: Source): Cell[] {
  const { file, result, status, problem } = item;
  const check = result?.check;
  return [
    NOTICE,
    release,
    version,
    digest,
    nameOfFile(file),
    digestOf(item),
    result?.origin.made ?? null,
    result?.origin.backend ?? null,
    result?.origin.renderer ?? null,
    selfTestOf(result),
    status,
    problem?.detail ?? null,
    result?.facts.notes.join(" ") ?? null,
    check ? nameOfScore(check.deciding.condition) : null,
    check?.deciding.score ?? null,
    check?.deciding.condition.threshold ?? null,
    check?.accepted ?? null,
    check?.reason ?? null,
  ];
}

function digestOf({ result, problem }: Item): string | null {
  return result?.sha256 ?? problem?.sha256 ?? null;
}

function selfTestOf(result: Result | null): string | null {
  return result && (result.origin.selfTestPassed ? "passed" : "failed");
}

/** Whose thresholds hold, in the words that every export has; null: the release's own. */
export function siteWords(result: Result | null): string | null {
  const site = result?.origin.site;
  if (!site) return null;
  return `thresholds set by ${site.site} on ${site.made}, not part of the verified release`;
}

/** Who claims the release, in the words that every export has; null: nobody. */
export function claimWords({ publisher }: Pick<Source, "publisher">): string | null {
  if (publisher === null) return null;
  return `claimed by ${publisher}; its signature is for whoever received this release to check`;
}

function siteOf(result: Result | null) {
  const site = result?.origin.site;
  return site ? { words: siteWords(result), ...site } : null;
}

function gateOf(result: Result | null) {
  const check = result?.check;
  if (!check) return null;
  const { accepted, reason, deciding, scored } = check;
  return { ...conditionOf(deciding), accepted, reason, conditions: scored.map(conditionOf) };
}

function conditionOf({ condition, score: value }: Scored) {
  const { comparison, definition, threshold, reason } = condition;
  return { score: nameOfScore(condition), definition, value, comparison, threshold, means: reason };
}

/** The score of a condition; of the view with its label. */
function nameOfScore({ score, label }: Condition): string {
  return label === null ? score : `${score}: ${label}`;
}

function findingOf(finding: Finding, result: Result | null, index: number) {
  return {
    finding: finding.label,
    output: finding.output,
    calibrated: calibratedOf(finding),
    operating_point: operatingPoint(result, index),
    standing: standingOf(finding),
  };
}

/** The threshold of a finding, on the scale of the model's output. */
export function operatingPoint(result: Result | null, index: number): number | null {
  const point = result?.calibration?.points[index];
  return point && "threshold" in point ? point.threshold : null;
}
