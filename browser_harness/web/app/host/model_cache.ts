import { wordsOf } from "./errors.js";

export const MODEL_CACHE = "xport-models-v1";

/** Why files are not kept for the next visit. */
export type Unstored = "unavailable" | "full";

/** What of Cache Storage is used; a test gives another. */
export type CacheLike = Pick<Cache, "match" | "put" | "delete" | "keys">;

/** Files by the digest of their bytes, in Cache Storage; works without it, keeping nothing. */
export class ModelCache {
  /** Why something was not kept; null while all is. */
  unstored: Unstored | null;

  private constructor(
    private readonly base: string,
    private readonly cache: CacheLike | null,
  ) {
    this.unstored = cache ? null : "unavailable";
  }

  /** @param open opens the cache; may fail, as in a private window. */
  static async open(
    base: string,
    open: () => Promise<CacheLike> = () => caches.open(MODEL_CACHE),
  ): Promise<ModelCache> {
    try {
      return new ModelCache(base, await open());
    } catch {
      return new ModelCache(base, null);
    }
  }

  /** The file of this digest as it is stored, not checked; null if there is none. */
  async get(sha256: string): Promise<Blob | null> {
    try {
      const found = await this.cache?.match(this.keyOf(sha256));
      return found ? await found.blob() : null;
    } catch {
      return null;
    }
  }

  async put(sha256: string, content: Blob): Promise<void> {
    if (!this.cache) return;
    const headers = {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(content.size),
    };
    try {
      await this.cache.put(this.keyOf(sha256), new Response(content, { headers }));
    } catch (error) {
      const full = /quota/i.test(`${(error as Error | null)?.name} ${wordsOf(error)}`);
      this.unstored = full ? "full" : "unavailable";
      await this.delete(sha256);
    }
  }

  async delete(sha256: string): Promise<void> {
    try {
      await this.cache?.delete(this.keyOf(sha256));
    } catch {
      // A cache that cannot be written is one that is not read either: every file is checked.
    }
  }

  /** Deletes all files of this page but these. Returns how many. */
  async keepOnly(digests: ReadonlySet<string>): Promise<number> {
    const prefix = this.keyOf("");
    const keys = (await this.cache?.keys()) ?? [];
    const old = keys.filter(({ url }) => {
      return url.startsWith(prefix) && !digests.has(url.slice(prefix.length));
    });
    for (const key of old) await this.cache?.delete(key);
    return old.length;
  }

  private keyOf(sha256: string): string {
    return `${this.base}by-digest/${sha256}`;
  }
}
