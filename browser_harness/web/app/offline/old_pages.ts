import { shellOf } from "./release.js";

declare const self: ServiceWorkerGlobalScope;

interface Remembered {
  /** The release that was served when this one was installed, or null. */
  readonly before: string | null;
  /** What the pages that were open at the change run, by the id of the client. */
  readonly pages: Readonly<Record<string, string>>;
}

const NOTHING: Remembered = { before: null, pages: {} };

/**
 * Pages that were open when this worker took over go on with the files of the release that they run.
 *
 * A worker ends whenever the browser likes, so what it must know lies in the cache of its release.
 */
export class OldPages {
  private read: Promise<Remembered> | null = null;

  constructor(
    private readonly scope: string,
    private readonly release: string,
  ) {}

  /** Notes at installation which release is served now. */
  async remember(before: string | null): Promise<void> {
    await this.write({ before: before === this.release ? null : before, pages: {} });
  }

  /** Finds the pages that still run another release, and forgets those that are gone. */
  async find(): Promise<void> {
    const { before, pages } = await this.remembered();
    const known = before === null ? pages : { ...(await this.pagesOf(before)), ...pages };
    const found: Record<string, string> = {};
    // Later, whoever is not known already was loaded from this release.
    const others = before;
    for (const { id } of await self.clients.matchAll({ type: "all" })) {
      const its = known[id] ?? others;
      if (its !== null && its !== this.release) found[id] = its;
    }
    await this.write({ before: null, pages: found });
  }

  /** The releases that pages run beside this one. */
  async releases(): Promise<Set<string>> {
    return new Set(Object.values((await this.remembered()).pages));
  }

  /** The release that a request is answered from. A worker that an old page starts is as old. */
  async releaseFor(event: FetchEvent): Promise<string> {
    const remembered = await this.remembered();
    const its = event.request.mode === "navigate" ? undefined : remembered.pages[event.clientId];
    if (its === undefined) return this.release;
    if (event.resultingClientId) {
      const pages = { ...remembered.pages, [event.resultingClientId]: its };
      event.waitUntil(this.write({ ...remembered, pages }));
    }
    return its;
  }

  private remembered(): Promise<Remembered> {
    this.read ??= this.readFrom(this.release);
    return this.read;
  }

  private async pagesOf(release: string): Promise<Remembered["pages"]> {
    return (await this.readFrom(release)).pages;
  }

  private async readFrom(release: string): Promise<Remembered> {
    const cacheName = shellOf(this.scope, release);
    const found = await caches.match(this.address(), { cacheName });
    return found ? ((await found.json()) as Remembered) : NOTHING;
  }

  private async write(now: Remembered): Promise<void> {
    this.read = Promise.resolve(now);
    const cache = await caches.open(shellOf(this.scope, this.release));
    await cache.put(this.address(), Response.json(now));
  }

  /** No file of a release: a folder of this name and an address below it cannot both be. */
  private address(): string {
    return `${this.scope}index.html/old-pages`;
  }
}
