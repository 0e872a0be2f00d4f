import { calibratedOf, standingOf } from "../findings/standing.js";
import type { Finding } from "../../host/seen.js";
import type { Item } from "./items.js";

/** What came of an image, for choosing among many. */
export type Kind = "positive" | "negative" | "refused" | "failed" | "waiting";

/** What a table is sorted by: the list's order, names, what came of it, or a finding's place. */
export type SortKey = "given" | "name" | "kind" | number;

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What a table shows: images of a kind whose names contain a text, in any case. */
export interface Choice {
  readonly kind: Kind | "all";
  readonly text: string;
}

const KINDS: readonly Kind[] = ["positive", "negative", "refused", "failed", "waiting"];

/** Whether a finding reaches its operating point. */
export function reaches(finding: Finding): boolean {
  const standing = standingOf(finding);
  return standing !== null && standing !== "below" && standing !== "no-operating-point";
}

/** `positive` where a finding reaches its operating point; without operating points none does. */
export function kindOf({ status, result }: Item): Kind {
  if (status === "working") return "waiting";
  if (status !== "done") return status;
  return result?.findings?.some(reaches) ? "positive" : "negative";
}

/** A finding's calibrated value, or the model's output where it has no operating point. */
export function valueOf(finding: Finding | undefined): number | null {
  return finding ? (calibratedOf(finding) ?? finding.output) : null;
}

/** The findings' labels, in the order of the classifier's outputs; none before the first result. */
export function labelsOf(items: readonly Item[]): readonly string[] {
  const found = items.find(({ result }) => result?.findings)?.result?.findings;
  return found?.map(({ label }) => label) ?? [];
}

export function chosenOf(items: readonly Item[], { kind, text }: Choice): readonly Item[] {
  const wanted = text.trim().toLowerCase();
  return items.filter(
    (item) => (kind === "all" || kindOf(item) === kind) && item.name.toLowerCase().includes(wanted),
  );
}

/** In order; images without the value come last, whichever way it is sorted, and equals as they were. */
export function sortedBy(items: readonly Item[], { key, descending }: Sorting): readonly Item[] {
  const way = descending ? -1 : 1;
  if (key === "given") return descending ? [...items].reverse() : items;
  return [...items].sort((a, b) => {
    if (key === "name") return way * a.name.localeCompare(b.name, undefined, { numeric: true });
    if (key === "kind") return way * (KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b)));
    const [one, other] = [a, b].map((item) => valueOf(item.result?.findings?.[key]));
    if (one == null || other == null) return Number(one == null) - Number(other == null);
    return way * (one - other);
  });
}

/** The nearest image of a kind before (-1) or after (1) the one in view; null where there is none. */
export function stepTo(
  items: readonly Item[],
  from: number | null,
  kind: Kind,
  step: -1 | 1,
): Item | null {
  const at = items.findIndex(({ id }) => id === from);
  for (let place = at + step; place >= 0 && place < items.length; place += step) {
    const item = items[place];
    if (item && kindOf(item) === kind) return item;
  }
  return null;
}
