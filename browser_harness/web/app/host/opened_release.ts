import { serviceWorkers } from "../storage.js";
import { EngineError, requireWanted } from "./errors.js";
import { fetchManifest, type DataFile, type Manifest } from "./manifest.js";
import { fetchModels, pruneModels, type Fetched, type ModelFiles } from "./models.js";
import type { Unstored } from "./model_cache.js";
import { plansOf, readRelease, type Release } from "./release.js";
import { requireNotRevoked } from "./revocations.js";
import { shownOf } from "./shown.js";
import { parseSelfTest, type SelfTestDocument } from "./self_test.js";
import { withSite } from "./site.js";
import type { OpenProgress, OpenRequest } from "./types.js";

export type Tell = (now: OpenProgress) => void;

/** A release whose files are here and checked, and whose documents are read. */
export class OpenedRelease {
  /** Kept only where the cache does not keep them. */
  private kept: ModelFiles | null = null;

  private constructor(
    readonly base: string,
    readonly manifest: Manifest,
    readonly digest: string,
    readonly release: Release,
    readonly selfTest: SelfTestDocument,
    readonly unstored: Unstored | null,
  ) {}

  /** Throws ManifestError or EngineError; an AbortError when called off. */
  static async open(
    { base, site }: Pick<OpenRequest, "base" | "site">,
    tell: Tell,
    signal?: AbortSignal,
  ): Promise<OpenedRelease> {
    tell({ stage: "manifest", backend: null, done: 0, total: 0, cached: 0 });
    const { manifest, digest } = await fetchManifest(base, signal);
    await requireNotRevoked(base, digest, signal);
    shownOf(manifest);
    const files = await download(manifest, base, tell, signal);
    const read = (file: DataFile) => contentIn(files, file);
    const release = withSite(await readRelease(manifest, read), site);
    const { self_test: listed } = manifest;
    const selfTest = parseSelfTest(await read(listed), listed.path, plansOf(release));
    requireWanted(signal);
    const { unstored } = files;
    const opened = new OpenedRelease(base, manifest, digest, release, selfTest, unstored);
    opened.kept = files;
    return opened;
  }

  /** All files by digest, checked: from memory, or from the cache. Throws as `open`. */
  async blobs(): Promise<ModelFiles["blobs"]> {
    const files = this.kept ?? (await fetchModels(this.manifest, this.base, () => undefined));
    return files.blobs;
  }

  /** Lets go of the files where they can be had from the cache again. */
  forgetFiles(): void {
    if (this.unstored === null) this.kept = null;
  }

  /** Deletes what earlier releases left in the cache. */
  async prune(): Promise<void> {
    try {
      if (!(await keptByWorker(this.base))) await pruneModels(this.manifest, this.base);
    } catch {
      // Old files cost room and nothing else; the next visit tries again.
    }
  }
}

/** A file's bytes among those that were fetched. Throws EngineError `file-refused`. */
export async function contentIn(
  { blobs }: Pick<ModelFiles, "blobs">,
  file: DataFile,
): Promise<ArrayBuffer> {
  const blob = blobs.get(file.sha256);
  if (blob) return blob.arrayBuffer();
  const words = `${file.path}: not fetched`;
  throw new EngineError("file-refused", words, { file: file.path });
}

function download(
  manifest: Manifest,
  base: string,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<ModelFiles> {
  const progress = (now: Fetched) => {
    tell({ stage: "download", backend: null, ...now });
  };
  return fetchModels(manifest, base, progress, signal);
}

/** Whether a service worker deletes old files: it knows which releases open pages still run. */
async function keptByWorker(base: string): Promise<boolean> {
  return Boolean(await serviceWorkers()?.getRegistration(base));
}
