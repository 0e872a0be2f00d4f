const TICK_MS = 1000;
/** A longer pause between two ticks is the machine's sleep or a throttled tab, and not counted. */
const LONGEST_TICK_MS = 2 * TICK_MS;

/** Where the time of a `Patience` comes from; the browser's unless a test gives another. */
export interface Clock {
  now(): number;
  /** Whether the page is in front; time in the background does not count. */
  visible(): boolean;
}

const BROWSER: Clock = {
  now: () => performance.now(),
  visible: () => globalThis.document?.visibilityState !== "hidden",
};

/**
 * A time limit that only counts while the page is in front and awake.
 *
 * Timers of a page in the background are throttled and those of a sleeping machine are late, both
 * without anything being wrong.
 */
export class Patience {
  private waited = 0;
  private last: number;
  private wasVisible: boolean;
  private readonly timer: ReturnType<typeof setInterval>;

  /** @param ended called once, when the limit is reached. */
  constructor(
    private readonly limitSeconds: number,
    private readonly ended: () => void,
    private readonly clock: Clock = BROWSER,
  ) {
    this.last = clock.now();
    this.wasVisible = clock.visible();
    const tick = Math.min(TICK_MS, limitSeconds * 250);
    this.timer = setInterval(() => this.tick(), tick);
  }

  /** Ends the limit; `ended` is not called any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const [now, visible] = [this.clock.now(), this.clock.visible()];
    if (visible && this.wasVisible) this.waited += Math.min(now - this.last, LONGEST_TICK_MS);
    [this.last, this.wasVisible] = [now, visible];
    if (this.waited < this.limitSeconds * 1000) return;
    this.stop();
    this.ended();
  }
}
