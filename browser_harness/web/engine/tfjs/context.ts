import { EngineError } from "../errors.js";

const LOST =
  "the WebGL context was lost (the graphics driver restarted, or memory ran out); " +
  "results after that moment do not exist";

/**
 * Watches one WebGL context for its loss.
 *
 * A lost context does not throw by itself: readbacks stay pending or return zeros. Every execution
 * therefore races the loss event, and asks the context before and after.
 */
export class ContextGuard {
  private readonly loss: Promise<never>;

  /** @param gl the context to watch, or null for a backend without one. */
  constructor(private readonly gl: WebGL2RenderingContext | null) {
    this.loss = new Promise((_, reject) => {
      gl?.canvas.addEventListener("webglcontextlost", () => {
        reject(new EngineError("context-lost", LOST));
      });
    });
    this.loss.catch(() => undefined); // reported by whoever waits; never an unhandled rejection
  }

  /** Throws `context-lost` when the context is gone. */
  check(): void {
    if (this.gl?.isContextLost()) throw new EngineError("context-lost", LOST);
  }

  /** Awaits `work`, or throws `context-lost` as soon as the context is gone. */
  async during<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined); // loses the race when the context is lost
    try {
      return await Promise.race([work, this.loss]);
    } finally {
      this.check();
    }
  }
}
