// Twin: xport/bundles/self_test.py and xport/bundles/self_test_checks.py.

import type { Values } from "../../engine/types.js";
import type { ModelTest, RelativeTolerance, Tolerance } from "./self_test.js";
import type { SelfTestCheck, Measure } from "./report.js";

/** An output of one case, and PyTorch's. */
export interface Pair {
  readonly found: Values;
  readonly expected: Values;
}

/** Pairs of all cases, by output. */
export type Pairs = ReadonlyMap<string, readonly Pair[]>;

/**
 * Holds a model's outputs to its bounds, and to being finite and not constant.
 *
 * Every comparison is written so that NaN fails; an output without any case fails.
 */
export function compare(model: string, test: ModelTest, pairs: Pairs): SelfTestCheck[] {
  const toleranceChecks = test.tolerances.map((bound) => {
    return { model, output: bound.output, ...tolerated(bound, pairs.get(bound.output) ?? []) };
  });
  const relativeChecks = test.likenesses.flatMap((bound) => {
    const checks = relativelyTolerated(bound, pairs.get(bound.output) ?? []);
    return checks.map((check) => ({ model, output: bound.output, ...check }));
  });
  const fitness = [...pairs].flatMap(([output, found]) => {
    return unfit(found).map((check) => ({ model, output, ...check }));
  });
  return [...toleranceChecks, ...relativeChecks, ...fitness];
}

/** The largest difference anywhere; NaN if there is a number that is none, or nothing. */
export function maxAbs({ found, expected }: Pair): number {
  if (found.length !== expected.length || found.length === 0) return NaN;
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    if (!(difference <= most)) most = difference;
    if (Number.isNaN(most)) return NaN;
  }
  return most;
}

/** Root of all squared differences over all squared references. */
export function relativeL2(pairs: readonly Pair[]): number {
  let [differences, references] = [0, 0];
  for (const { found, expected } of pairs) {
    if (found.length !== expected.length) return NaN;
    for (let i = 0; i < found.length; i++) {
      const [a, b] = [found[i] as number, expected[i] as number];
      differences += (a - b) * (a - b);
      references += b * b;
    }
  }
  return Math.sqrt(differences / references);
}

/** Cosine of the angle between both as vectors. */
export function cosine({ found, expected }: Pair): number {
  if (found.length !== expected.length) return NaN;
  let [product, own, other] = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i] as number, expected[i] as number];
    product += a * b;
    own += a * a;
    other += b * b;
  }
  return product / Math.sqrt(own * other);
}

type Found = Omit<SelfTestCheck, "model" | "output">;

function tolerated({ max_abs: limit }: Tolerance, pairs: readonly Pair[]): Found {
  const value = worst(pairs.map(maxAbs), Math.max);
  return check("max-abs", pairs, value, limit, value <= limit);
}

function relativelyTolerated(
  { min_cosine, max_relative_l2 }: RelativeTolerance,
  pairs: readonly Pair[],
): Found[] {
  const angle = worst(pairs.map(cosine), Math.min);
  const gap = pairs.length > 0 ? relativeL2(pairs) : NaN;
  return [
    check("cosine", pairs, angle, min_cosine, angle >= min_cosine),
    check("relative-l2", pairs, gap, max_relative_l2, gap <= max_relative_l2),
  ];
}

/** Failed checks only: counts of cases whose output says nothing. */
function unfit(pairs: readonly Pair[]): Found[] {
  const finite = pairs.filter(({ found }) => found.every((value) => Number.isFinite(value)));
  const varied = pairs.filter(({ found }) => {
    return found.length < 2 || found.some((value) => value !== found[0]);
  });
  const none = [pairs.length - finite.length, pairs.length - varied.length] as const;
  return [
    ...(none[0] > 0 ? [check("not-finite", pairs, none[0], 0, false)] : []),
    ...(none[1] > 0 ? [check("constant", pairs, none[1], 0, false)] : []),
  ];
}

/** NaN if one is NaN, or there is none. */
function worst(values: readonly number[], pick: (...values: number[]) => number): number {
  return values.length > 0 ? pick(...values) : NaN;
}

function check(
  measure: Measure,
  pairs: readonly Pair[],
  value: number,
  limit: number,
  passed: boolean,
): Found {
  return { measure, cases: pairs.length, value, limit, passed };
}
