import type { Catalogue } from "../../text/catalogue.js";
import { decimalsApart, type Formats } from "../../text/format.js";
import type { Check, Condition, Reason, Scored } from "../../host/seen.js";

type Words = Catalogue["findings"]["check"];

/** What is said of an image that was checked, and, where it is refused, what to do about it. */
export function verdictWords(
  { accepted, reason, scored }: Check,
  words: Words,
): { readonly verdict: string; readonly why: string | null } {
  if (accepted || reason === null) return { verdict: words.accepted, why: null };
  if (scored.length === 1 && reason === "unlike") {
    return { verdict: words.refused, why: words.refusedReason };
  }
  const as: Readonly<Record<Reason, string>> = words.refusedAs;
  const advice: Readonly<Record<Reason, string>> = words.advice;
  return { verdict: as[reason], why: `${words.notRun} ${advice[reason]}` };
}

/** What a condition's score is called. */
export function scoreName({ score, label }: Condition, words: Words): string {
  return label === null ? words.scores[score] : words.ofView(words.views[label] ?? label);
}

/** A score and what is needed, with as many digits as tell them apart. */
export function scoreWords({ condition, score }: Scored, words: Words, formats: Formats) {
  const { threshold, comparison } = condition;
  const whole = condition.score === "shorter_side";
  const digits = whole ? 0 : decimalsApart(score ?? threshold, threshold);
  const limit = formats.number(threshold, whole && !Number.isInteger(threshold) ? 2 : digits);
  return {
    value: score === null ? null : formats.number(score, digits),
    need: comparison === "at least" ? words.atLeast(limit) : words.atMost(limit),
  };
}

/** Whether a score is of a kind that a scale from 0 shows. */
export function isOnScale({ score }: Condition): boolean {
  return score !== "shorter_side";
}

/** How a condition came out: `unneeded` where the image was refused before. */
export function outcomeOf(check: Check, place: number): "holds" | "fails" | "unneeded" {
  const at = check.scored.indexOf(check.deciding);
  if (check.accepted || place < at) return "holds";
  return place === at ? "fails" : "unneeded";
}
