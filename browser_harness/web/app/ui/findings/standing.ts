import type { Catalogue } from "../../text/catalogue.js";
import type { Finding } from "../../host/seen.js";

/**
 * Up to here on the calibrated scale a finding is called uncertain.
 *
 * The paper puts the operating point at 0.5 and names no such zone; its authors' tool called a
 * finding positive above 0.6.
 */
export const UNCERTAIN_TO = 0.6;

/** Where a finding stands: a word that exports hold, too. */
export type Standing =
  "below" | "at-uncertain" | "above-uncertain" | "above" | "no-operating-point";

/** Null without operating points in the release. */
export function standingOf({ standing }: Finding): Standing | null {
  if (!standing) return null;
  if ("reason" in standing) return "no-operating-point";
  if (!standing.reached) return "below";
  if (standing.calibrated > UNCERTAIN_TO) return "above";
  return standing.calibrated > 0.5 ? "above-uncertain" : "at-uncertain";
}

/** A finding's calibrated value, or null. */
export function calibratedOf({ standing }: Finding): number | null {
  return standing && "calibrated" in standing ? standing.calibrated : null;
}

/** The same for people; empty without operating points. */
export function standingText(finding: Finding, { standing, noPoint }: Catalogue["findings"]) {
  switch (standingOf(finding)) {
    case null:
      return "";
    case "below":
      return standing.below;
    case "at-uncertain":
      return standing.uncertainAt;
    case "above-uncertain":
      return standing.uncertain;
    case "above":
      return standing.above;
    case "no-operating-point": {
      const reason = (finding.standing as { readonly reason: string }).reason;
      return standing.none(noPoint[reason] ?? reason);
    }
  }
}

export type Order = "value" | "fixed";

/** A finding and its place among the classifier's outputs. */
export interface Placed {
  readonly index: number;
  readonly finding: Finding;
}

/** Calibrated findings and, apart from them, all others; each in the order asked for. */
export function arranged(findings: readonly Finding[], order: Order) {
  const placed = findings.map((finding, index) => ({ index, finding }));
  const calibrated = placed.filter(({ finding }) => calibratedOf(finding) !== null);
  const others = placed.filter(({ finding }) => calibratedOf(finding) === null);
  if (order === "value") {
    calibrated.sort((a, b) => (calibratedOf(b.finding) ?? 0) - (calibratedOf(a.finding) ?? 0));
    others.sort((a, b) => b.finding.output - a.finding.output);
  }
  return { calibrated, others };
}
