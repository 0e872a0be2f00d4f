import type { BackendName } from "../../engine/tfjs/backend.js";
import { sha256 } from "../../engine/files.js";
import type { EngineClient } from "./engine_client.js";
import { isLoss } from "./engine_client.js";
import { EngineError, wordsOf } from "./errors.js";
import { contentIn, type OpenedRelease } from "./opened_release.js";
import type { Pictures } from "./pictures.js";
import { plansOf } from "./release.js";
import { casesOf, type PictureTest } from "./self_test.js";
import type { SelfTestCheck, SelfTestReport } from "./report.js";

/** Told how many of all cases have run. */
export type CaseProgress = (done: number, total: number) => void;

/** A backend whose outputs are not PyTorch's. */
export class SelfTestFailed extends Error {
  override readonly name = "SelfTestFailed";

  constructor(readonly report: SelfTestReport) {
    super(reasonOf(report));
  }
}

/** Runs a release's self-test. */
export class SelfTests {
  /** Preparing pictures does not depend on the backend, so once is enough. */
  private prepared: readonly SelfTestCheck[] | null = null;

  constructor(
    private readonly opened: OpenedRelease,
    private readonly pictures: Pictures,
  ) {}

  /**
   * Runs all cases of all models and prepares the example pictures.
   *
   * What goes wrong on the way is in the report; only a lost engine is thrown, and EngineError
   * `file-refused` for a file that is not as listed.
   */
  async run(
    client: EngineClient,
    backend: BackendName,
    progress: CaseProgress,
  ): Promise<SelfTestReport> {
    const start = performance.now();
    const report = (checks: readonly SelfTestCheck[], error: string | null): SelfTestReport => ({
      passed: error === null && checks.length > 0 && checks.every((check) => check.passed),
      backend,
      made: new Date().toISOString(),
      seconds: (performance.now() - start) / 1000,
      remembered: false,
      checks,
      error,
    });
    try {
      return report(await this.checks(client, progress), null);
    } catch (error) {
      if (isLoss(error) || !(error instanceof EngineError) || isOfFiles(error)) throw error;
      return report([], wordsOf(error));
    }
  }

  private async checks(client: EngineClient, progress: CaseProgress): Promise<SelfTestCheck[]> {
    const { opened } = this;
    const { release, selfTest: document } = opened;
    const total = casesOf(document, plansOf(release));
    progress(0, total);
    if (release.explanation) await client.ask("warmUp", release.explanation.id);
    const blobs = await opened.blobs();
    const told = (done: number) => progress(done, total);
    const compared = await client.ask("selfTest", { document, blobs }, told);
    this.prepared ??= await this.prepare(document.pictures, blobs);
    return [...compared, ...this.prepared];
  }

  private async prepare(
    pictures: readonly PictureTest[],
    blobs: ReadonlyMap<string, Blob>,
  ): Promise<SelfTestCheck[]> {
    const checks: SelfTestCheck[] = [];
    const { manifest, release } = this.opened;
    for (const { path, inputs: expected } of pictures) {
      const file = manifest.examples.find((one) => one.path === path);
      if (!file) throw new EngineError("file-refused", `${path}: no example`, { file: path });
      const plans = plansOf(release).filter(({ id }) => Object.hasOwn(expected, id));
      const definitions = plans.map(({ preprocess }) => preprocess);
      const found = await this.pictures.inputs(await contentIn({ blobs }, file), definitions);
      for (const [i, { id }] of plans.entries()) {
        const same = (await sha256(bytesOf(found[i]))) === expected[id];
        const result = { cases: 1, value: same ? 0 : 1, limit: 0, passed: same };
        checks.push({ model: id, output: path, measure: "input-bytes", ...result });
      }
    }
    return checks;
  }
}

function bytesOf(input: Float32Array | undefined): BufferSource {
  return (input ?? new Float32Array()) as Float32Array<ArrayBuffer>;
}

function isOfFiles({ code }: EngineError): boolean {
  return ["file-refused", "offline", "unreachable", "insecure-context"].includes(code);
}

function reasonOf({ checks, error }: SelfTestReport): string {
  if (error !== null) return `the self-test could not be finished: ${error}`;
  const failed = checks.filter(({ passed }) => !passed);
  const words = failed.map(({ model, output, measure, value, limit }) => {
    return `${model} ${output} ${measure} ${value.toPrecision(3)}, limit ${limit}`;
  });
  return `the self-test failed: ${words.join("; ") || "nothing was compared"}`;
}
