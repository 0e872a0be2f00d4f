import type { BackendEnvironment, BackendName } from "../../engine/tfjs/backend.js";
import { EngineClient } from "./engine_client.js";
import { aborted, EngineError, isAbort, ManifestError } from "./errors.js";
import { Deferred, deferred, isSoftware, led, QUICK_S, RememberedFastest } from "./fastest.js";
import { NothingPasses, requireWanted, wordsOf } from "./errors.js";
import type { OpenedRelease, Tell } from "./opened_release.js";
import type { Pictures } from "./pictures.js";
import { plansOfImages } from "./release.js";
import { RememberedTests } from "./remembered.js";
import { SelfTestFailed, SelfTests } from "./self_tests.js";
import type { Attempt, SelfTestReport } from "./report.js";

const WORKER = "engine.worker.js";

/** A backend that runs in its worker, tested. */
export interface Engine {
  readonly backend: BackendName;
  readonly client: EngineClient;
  readonly environment: BackendEnvironment;
  readonly selfTest: SelfTestReport;
  /** Whether the explanation's first run is behind it. */
  explained: boolean;
}

/** A backend, and what one forward pass takes on it. */
interface Timed {
  readonly engine: Engine;
  readonly seconds: number;
}

/** How a backend is started. */
export interface StartOptions {
  readonly tell: Tell;
  /** Whether a self-test that was passed on an earlier visit counts. */
  readonly remembered: boolean;
  /** Whether software that stands in for a graphics processor waits for its turn. */
  readonly defer?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Starts backends, each in a worker of its own, until one passes, or the fastest is found. */
export class Backends {
  /** Those that do not run, and why. */
  readonly attempts: Attempt[] = [];
  readonly tests: SelfTests;
  private readonly memory = new RememberedTests();

  constructor(
    private readonly opened: OpenedRelease,
    pictures: Pictures,
  ) {
    this.tests = new SelfTests(opened, pictures);
  }

  /**
   * The first of these that starts, loads the models and passes the self-test.
   *
   * Throws NothingPasses; EngineError where the files are at fault, which no backend mends; an
   * AbortError when called off.
   */
  async first(backends: readonly BackendName[], options: StartOptions): Promise<Engine> {
    for (const backend of backends) {
      try {
        return await this.start(backend, options);
      } catch (error) {
        if (isFatal(error)) throw error;
        this.attempts.push(attemptOf(backend, error));
      }
    }
    throw new NothingPasses([...this.attempts]);
  }

  /**
   * The fastest of these that passes.
   *
   * What was found on an earlier visit is taken without measuring, if it passes. Else known software
   * renderers come after wasm, and one forward pass on each of the others decides; a first one that is
   * quick is not held against a second, and plain JavaScript runs only where nothing else does.
   * Throws as `first`.
   */
  async fastest(backends: readonly BackendName[], options: StartOptions): Promise<Engine> {
    const { base, digest } = this.opened;
    const memory = new RememberedFastest({ base, digest });
    const known = memory.get();
    const left = led(known, backends);
    const last = new Set<BackendName>(["cpu"]);
    let best: Timed | null = null;
    for (let backend = left.shift(); backend; backend = left.shift()) {
      if (best && (best.seconds <= QUICK_S || last.has(backend))) break;
      const rivals = left.some((one) => !last.has(one));
      const defer = backend === "webgl" && backend !== known && (best !== null || rivals);
      try {
        const engine = await this.start(backend, {
          ...options,
          defer: defer && !last.has(backend),
        });
        if (backend === known) return engine;
        best = await this.faster(best, engine);
      } catch (error) {
        if (isFatal(error)) {
          best?.engine.client.close();
          throw error;
        }
        if (error instanceof Deferred) {
          last.add(backend);
          left.splice(0, left.length, ...deferred(backend, left));
        } else this.attempts.push(attemptOf(backend, error));
      }
    }
    if (!best) throw new NothingPasses([...this.attempts]);
    memory.put(best.engine.backend);
    return best.engine;
  }

  /** The faster of two, by one forward pass; the other is ended. Throws what the newcomer throws. */
  private async faster(best: Timed | null, engine: Engine): Promise<Timed> {
    try {
      const seconds = await engine.client.ask("time", null);
      if (best && best.seconds <= seconds) engine.client.close();
      else best?.engine.client.close();
      return best && best.seconds <= seconds ? best : { engine, seconds };
    } catch (error) {
      engine.client.close();
      throw error;
    }
  }

  /** Forgets that a backend once passed. */
  forget(backend: BackendName): void {
    this.memory.forget({ base: this.opened.base, backend });
  }

  private async start(backend: BackendName, options: StartOptions): Promise<Engine> {
    const { tell, signal } = options;
    tell({ stage: "start", backend, done: 0, total: 0, cached: 0 });
    const url = new URL(WORKER, this.opened.base);
    const client = new EngineClient(new Worker(url, { type: "module" }), backend);
    const stop = () => client.close(aborted());
    signal?.addEventListener("abort", stop);
    try {
      requireWanted(signal);
      if (options.defer && isSoftware(await client.ask("renderer", null))) throw new Deferred();
      const environment = await this.load(client, backend);
      await this.warmUp(client, backend, tell);
      return await this.tested(client, environment, backend, options);
    } catch (error) {
      client.close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  private async load(client: EngineClient, backend: BackendName): Promise<BackendEnvironment> {
    const { base, manifest, release } = this.opened;
    const threads = backend === "wasm" ? manifest.wasm_threads : null;
    const blobs = await this.opened.blobs();
    return client.ask("open", { backend, threads, base, release, blobs });
  }

  /** Not the explanation, which many visits never need; the self-test warms it up. */
  private async warmUp(client: EngineClient, backend: BackendName, tell: Tell): Promise<void> {
    const plans = plansOfImages(this.opened.release);
    const total = plans.length;
    for (const [done, { id }] of plans.entries()) {
      tell({ stage: "warm-up", backend, done, total, cached: 0 });
      await client.ask("warmUp", id);
    }
  }

  private async tested(
    client: EngineClient,
    environment: BackendEnvironment,
    backend: BackendName,
    { tell, remembered }: StartOptions,
  ): Promise<Engine> {
    const { base, digest } = this.opened;
    const on = { base, digest, backend, environment };
    const earlier = remembered ? this.memory.get(on) : null;
    const progress = (done: number, total: number) => {
      tell({ stage: "self-test", backend, done, total, cached: 0 });
    };
    const report = earlier ?? (await this.tests.run(client, backend, progress));
    if (!earlier) this.memory.put(on, report);
    if (!report.passed) throw new SelfTestFailed(report);
    return { backend, client, environment, selfTest: report, explained: !earlier };
  }
}

/** Why a backend does not run. */
export function attemptOf(backend: BackendName, error: unknown): Attempt {
  if (error instanceof SelfTestFailed) {
    const { report, message: reason } = error;
    return { backend, code: "self-test-failed", reason, selfTest: report };
  }
  const code = error instanceof EngineError ? error.code : "internal";
  return { backend, code, reason: wordsOf(error), selfTest: null };
}

/** Whether another backend would fail in the same way. */
function isFatal(error: unknown): boolean {
  if (isAbort(error) || error instanceof ManifestError) return true;
  const codes = ["file-refused", "signature-refused", "insecure-context", "offline", "unreachable"];
  return error instanceof EngineError && codes.includes(error.code);
}
