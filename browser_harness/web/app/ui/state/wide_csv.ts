import { calibratedOf, standingOf } from "../findings/standing.js";
import {
  cellOf,
  claimWords,
  COLUMNS,
  sharedCells,
  siteWords,
  type Source,
} from "./export_documents.js";
import type { Item } from "./items.js";
import { labelsOf } from "./many.js";

/** One row for each image (RFC 4180), with three columns for each finding; numbers have every digit. */
export function wideCsvOf(items: readonly Item[], source: Source): string {
  const labels = labelsOf(items);
  const columns = labels.flatMap((label) =>
    ["output", "calibrated", "standing"].map((what) => `${label} ${what}`),
  );
  const head = [
    ...COLUMNS.slice(0, COLUMNS.indexOf("finding")),
    "corrections",
    "site",
    "claim",
    ...columns,
  ];
  const rows = items.map((item) => [
    ...sharedCells(item, source),
    item.result?.corrections.join(" ") ?? null,
    siteWords(item.result),
    claimWords(source),
    ...labels.flatMap((_, index) => {
      const finding = item.result?.findings?.[index];
      if (!finding) return [null, null, null];
      return [finding.output, calibratedOf(finding), standingOf(finding)];
    }),
  ]);
  return [head, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}
