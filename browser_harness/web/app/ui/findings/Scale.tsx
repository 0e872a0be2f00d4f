import { UNCERTAIN_TO } from "./standing.js";

/**
 * A value from 0 to 1; drawn as vectors, so that it prints. Calibrated values have the operating
 * point as a line in the middle and the uncertain zone above it hatched.
 */
export function ValueScale(props: { readonly value: number; readonly calibrated: boolean }) {
  const { value, calibrated } = props;
  const end = Math.min(100, Math.max(0, value * 100));
  const to = UNCERTAIN_TO * 100;
  const strokes = [-6, -3, 0, 3, 6, 9].map((x) => `M${50 + x} 16l6 -16`).join("");
  return (
    <svg class="scale" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
      <rect class="scale-track" x="0" y="2" width="100" height="12" />
      {calibrated && (
        <svg x="50" y="2" width={to - 50} height="12" viewBox={`50 2 ${to - 50} 12`}>
          <path class="scale-hatch" d={strokes} />
        </svg>
      )}
      <rect class="scale-value" x="0" y="4.5" width={end} height="7" />
      {calibrated && <path class="scale-point" d="M50 0v16" />}
    </svg>
  );
}

/** Where a score and its threshold stand, in percent of a scale that begins at 0. */
export function scorePlaces(score: number, threshold: number, atLeast: boolean) {
  // A likeness ends at 1. A distance has no end: three thresholds fit, and larger ones stand there.
  const end = atLeast ? 1 : 3 * threshold;
  const at = (value: number) => Math.min(99, Math.max(1, (value / end) * 100));
  return { score: at(score), limit: at(threshold) };
}

/** A gate's score on a scale from 0, its threshold a line, the side that is refused shaded. */
export function ScoreScale(props: {
  readonly score: number;
  readonly threshold: number;
  readonly atLeast: boolean;
}) {
  const { atLeast } = props;
  const { score, limit } = scorePlaces(props.score, props.threshold, atLeast);
  return (
    <svg
      class="scale score-scale"
      viewBox="0 0 100 16"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="scale-track" x="0" y="4" width="100" height="8" />
      <rect
        class="scale-refused"
        x={atLeast ? 0 : limit}
        y="4"
        width={atLeast ? limit : 100 - limit}
        height="8"
      />
      <path class="scale-point" d={`M${limit} 0v16`} />
      <path class="scale-mark" d={`M${score} 1.5v13`} />
    </svg>
  );
}
