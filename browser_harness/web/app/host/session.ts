import type { BackendName } from "../../engine/tfjs/backend.js";
import type { Memory } from "../../engine/tfjs/run.js";
import { attemptOf, Backends, type Engine } from "./backends.js";
import { isLoss } from "./engine_client.js";
import { EngineError, NothingPasses, wordsOf } from "./errors.js";
import { led } from "./fastest.js";
import { OpenedRelease } from "./opened_release.js";
import { Pictures, regionOf } from "./pictures.js";
import { Queue, untilAborted } from "./queue.js";
import { SelfTestFailed, type CaseProgress } from "./self_tests.js";
import type {
  Corrections,
  Examined,
  Explanation,
  OpenRequest,
  Running,
  Session,
  Shown,
} from "./types.js";
import type { SelfTestReport } from "./report.js";

type Listener = (running: Running | null, reason: string | null) => void;

/**
 * Opens the release beside the page: fetches and checks its files, then tries the backends.
 *
 * Throws ManifestError, EngineError where files are at fault, NothingPasses, or an AbortError.
 */
export async function openSession(request: OpenRequest): Promise<Session> {
  const { base, backends, choice = null, progress: tell, signal } = request;
  const opened = await OpenedRelease.open(request, tell, signal);
  const pictures = new Pictures(base, opened.release);
  const starter = new Backends(opened, pictures);
  try {
    const options = { tell, remembered: true, signal };
    const engine =
      choice === "fastest"
        ? await starter.fastest(backends, options)
        : await starter.first(led(choice, backends), options);
    opened.forgetFiles();
    void opened.prune();
    return new OpenedSession(opened, pictures, starter, led(engine.backend, backends), engine);
  } catch (error) {
    pictures.close();
    throw error;
  }
}

class OpenedSession implements Session {
  private readonly queue = new Queue();
  private readonly listeners: Listener[] = [];
  private explanations = new Map<number, Explanation>();
  private explained: { readonly file: File; readonly corrections: Corrections } | null = null;
  private now: Running;
  /** Why nothing runs any more. */
  private dead: Error | null = null;

  constructor(
    private readonly opened: OpenedRelease,
    private readonly pictures: Pictures,
    private readonly backends: Backends,
    private readonly order: readonly BackendName[],
    private engine: Engine,
  ) {
    this.now = this.runningOf(engine);
  }

  get manifest() {
    return this.opened.manifest;
  }

  get digest(): string {
    return this.opened.digest;
  }

  get unstored() {
    return this.opened.unstored;
  }

  get running(): Running {
    return this.now;
  }

  get labels(): readonly string[] {
    return this.opened.release.classifier.labels;
  }

  get explains() {
    const outputs = this.opened.release.explanation?.signature.outputs ?? [];
    const has = (name: string) => outputs.some((output) => output.name === name);
    return { saliency: has("saliency"), cam: has("saliency") && has("cam") };
  }

  examine(file: File, signal?: AbortSignal, corrections: Corrections = []): Promise<Examined> {
    return this.queue.run(async () => {
      const { facts, sha256, bytes, ...read } = await this.pictures.read(file, corrections);
      const { classifier, autoencoder, viewInput: view } = read;
      const shorterSide = Math.min(read.view.width, read.view.height); // what a crop leaves counts
      const seen = await this.run(({ client }) => {
        return client.ask("examine", { classifier, autoencoder, view, shorterSide });
      });
      return { facts, sha256, bytes, header: read.view.header, seen };
    }, signal);
  }

  async show(file: File, signal?: AbortSignal, corrections: Corrections = []): Promise<Shown> {
    const reading = this.pictures.read(file, corrections);
    const { view } = await (signal ? untilAborted(reading, signal) : reading);
    const { classifier, autoencoder } = this.opened.release;
    const { aspect } = view;
    return {
      ...view,
      region: regionOf(view, classifier.preprocess, aspect),
      rebuilt: autoencoder && regionOf(view, autoencoder.preprocess, aspect),
    };
  }

  explain(
    file: File,
    finding: number,
    signal?: AbortSignal,
    corrections: Corrections = [],
  ): Promise<Explanation> {
    return this.queue.run(async () => {
      const about = this.explained;
      const same = about?.file === file && `${about.corrections}` === `${corrections}`;
      if (!same) this.explanations = new Map();
      this.explained = { file, corrections };
      const known = this.explanations.get(finding);
      if (known) return known;
      const { classifier: input } = await this.pictures.read(file, corrections);
      const found = await this.run((engine) => this.explainOn(engine, input, finding));
      this.explanations.set(finding, found);
      return found;
    }, signal);
  }

  selfTest(progress: CaseProgress = () => undefined): Promise<SelfTestReport> {
    return this.queue.run(async () => {
      const report = await this.run(({ client, backend }) => {
        return this.backends.tests.run(client, backend, progress);
      });
      if (!report.passed) this.fail(report);
      else this.now = { ...this.now, selfTest: report };
      return report;
    });
  }

  memory(): Promise<Memory> {
    return this.queue.run(() => this.run(({ client }) => client.ask("memory", null)));
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.dead ??= new EngineError("not-open", "the session has been closed");
    this.engine.client.close();
    this.pictures.close();
  }

  private async explainOn(engine: Engine, input: Float32Array, finding: number) {
    const { explanation } = this.opened.release;
    if (!explanation) throw new EngineError("not-open", "this release explains nothing");
    if (!engine.explained) await engine.client.ask("warmUp", explanation.id);
    engine.explained = true;
    return engine.client.ask("explain", { input, finding });
  }

  /** Does a piece of work, again on a new engine where the one that ran is lost. */
  private async run<T>(piece: (engine: Engine) => Promise<T>): Promise<T> {
    for (let losses = 0; ; losses++) {
      if (this.dead) throw this.dead;
      try {
        return await piece(this.engine);
      } catch (error) {
        if (!isLoss(error)) throw error;
        await this.replace(error, losses === 0);
      }
    }
  }

  /** Starts the same backend again, or, where it is lost once more, those after it. */
  private async replace(loss: EngineError, again: boolean): Promise<void> {
    const { backend, client } = this.engine;
    client.close();
    const at = this.order.indexOf(backend);
    if (!again) this.backends.attempts.push(attemptOf(backend, loss));
    const order = this.order.slice(again ? at : at + 1);
    try {
      const options = { tell: () => undefined, remembered: false };
      this.engine = await this.backends.first(order, options);
    } catch (error) {
      this.die(error instanceof Error ? error : new Error(wordsOf(error)), loss.message);
      throw error;
    }
    if (this.dead) {
      this.engine.client.close(); // closed meanwhile
      throw this.dead;
    }
    this.now = this.runningOf(this.engine);
    this.tellOf(this.now, loss.message);
  }

  private fail(report: SelfTestReport): void {
    const { backend } = this.engine;
    const failed = new SelfTestFailed(report);
    this.backends.forget(backend);
    const attempts = [...this.backends.attempts, attemptOf(backend, failed)];
    this.die(new NothingPasses(attempts), failed.message);
  }

  private die(error: Error, reason: string): void {
    this.dead = error;
    this.engine.client.close();
    this.tellOf(null, reason);
  }

  private tellOf(running: Running | null, reason: string): void {
    for (const listener of this.listeners) listener(running, reason);
  }

  private runningOf({ backend, environment, selfTest }: Engine): Running {
    return { backend, environment, selfTest, attempts: [...this.backends.attempts] };
  }
}
