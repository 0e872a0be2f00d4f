import type { BackendName } from "../../engine/tfjs/backend.js";
import { Patience, type Clock } from "../../engine/patience.js";
import { EngineError, errorFrom } from "./errors.js";
import type { Calls, CallName, Reply, Request } from "./protocol.js";

/** What of a Worker is used; a test gives another. */
export type WorkerLike = Pick<
  Worker,
  "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror"
>;

/** Seconds in front without a sign of life after which the worker counts as hung. */
const LIMITS_S: Readonly<Record<CallName, number>> = {
  renderer: 60,
  open: 180,
  warmUp: 600,
  selfTest: 120,
  examine: 120,
  explain: 120,
  time: 120,
  memory: 120,
};
/** Plain JavaScript takes half a minute for what others do in a second. */
const CPU_FACTOR = 10;

interface Pending {
  readonly name: CallName;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly progress: ((done: number) => void) | undefined;
  patience: Patience;
}

/** The engine in its worker, as the page sees it. */
export class EngineClient {
  private readonly pending = new Map<number, Pending>();
  private next = 1;
  private ended: unknown = null;

  /** @param clock for tests. */
  constructor(
    private readonly worker: WorkerLike,
    private readonly backend: BackendName,
    private readonly clock?: Clock,
  ) {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.close(died(event.message || "it did not load"));
    };
    worker.onmessageerror = () => this.close(died("a message was lost"));
  }

  /**
   * Throws what the worker throws, and EngineError `worker-died` or `worker-hung`, after which the
   * client is of no more use.
   */
  ask<Name extends CallName>(
    name: Name,
    ask: Calls[Name]["ask"],
    progress?: (done: number) => void,
  ): Promise<Calls[Name]["answer"]> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const id = this.next++;
      this.pending.set(id, { name, resolve, reject, progress, patience: this.patienceFor(name) });
      const request: Request<Name> = { id, name, ask };
      this.worker.postMessage(request);
    });
  }

  /** Ends the worker; whatever it was asked fails with this error. */
  close(error: unknown = new EngineError("not-open", "the engine has been closed")): void {
    if (this.ended) return;
    this.ended = error;
    this.worker.terminate();
    for (const { patience, reject } of this.pending.values()) {
      patience.stop();
      reject(error);
    }
    this.pending.clear();
  }

  private patienceFor(name: CallName): Patience {
    const limit = LIMITS_S[name] * (this.backend === "cpu" ? CPU_FACTOR : 1);
    const hung = () => {
      const words = `the engine has not answered for ${limit} s (${name})`;
      this.close(new EngineError("worker-hung", words, { seconds: limit }));
    };
    return new Patience(limit, hung, this.clock);
  }

  private receive(reply: Reply): void {
    const pending = this.pending.get(reply.id);
    if (!pending) return;
    pending.patience.stop();
    if (reply.kind === "progress") {
      pending.patience = this.patienceFor(pending.name);
      pending.progress?.(reply.done);
      return;
    }
    this.pending.delete(reply.id);
    if (reply.kind === "error") pending.reject(errorFrom(reply.error));
    else pending.resolve(reply.answer as never);
  }
}

/** Whether the engine is gone, so that another has to be started. */
export function isLoss(error: unknown): error is EngineError {
  const codes = ["context-lost", "worker-died", "worker-hung"];
  return error instanceof EngineError && codes.includes(error.code);
}

function died(why: string): EngineError {
  return new EngineError("worker-died", `the engine's worker broke down (${why})`, { why });
}
