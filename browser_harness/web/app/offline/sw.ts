/**
 * The service worker: one release, whole, from its own cache.
 *
 * Its address names the release (`sw.js?release=SHA-256 of manifest.json`), so a new release is a new
 * worker, which the browser starts to use only when it has stored every file. Each is checked against
 * the manifest, and the manifest against the address, this script included; with half of a new release
 * on the host, nothing is installed and the version before goes on.
 *
 * PrecacheController wants its list when the script starts. Here the list is known at installation
 * only, so its strategy, PrecacheStrategy, is driven directly: while installing it fetches, checks and
 * stores; later it answers from its cache, and from the network what is not in it.
 */
import { PrecacheStrategy } from "workbox-precaching/PrecacheStrategy.js";
import { registerRoute } from "workbox-routing/registerRoute.js";
import { OldPages } from "./old_pages.js";
import {
  asksTheHost,
  digestIn,
  digestsOf,
  integrityOf,
  isShellOf,
  keyOf,
  MANIFEST,
  MODELS_CACHE,
  MODELS_LOCK,
  releaseOf,
  shellFiles,
  shellOf,
  updateLock,
  type Contents,
  type NotInstalled,
  type ToWorker,
} from "./release.js";

declare const self: ServiceWorkerGlobalScope;

/** How many files are fetched at a time. */
const AT_ONCE = 6;

const scope = self.registration.scope;
const release = releaseOf(self.location.href);
const pages = new OldPages(scope, release ?? "");

const strategies = new Map<string, PrecacheStrategy>();

/** Stores a release's files, and answers with them. */
function strategyOf(which: string): PrecacheStrategy {
  const made =
    strategies.get(which) ??
    new PrecacheStrategy({
      cacheName: shellOf(scope, which),
      matchOptions: { ignoreVary: true },
      plugins: [{ cacheKeyWillBeUsed: async ({ request }) => keyOf(scope, request.url) }],
    });
  strategies.set(which, made);
  return made;
}

async function install(event: ExtendableEvent): Promise<void> {
  if (release === null) throw new Error("the worker's address names no release");
  const before = releaseOf(self.registration.active?.scriptURL);
  const manifest = await store(event, MANIFEST, release);
  const contents = (await manifest.json()) as Contents;
  const waiting = [...shellFiles(contents)];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await store(event, next[0], next[1].sha256);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await pages.remember(before);
}

/**
 * Fetches a file and stores it, if it is the one with this digest.
 *
 * What the page has just been loaded from is asked of the host whether it is still the same, and not
 * sent again; where that gives other bytes, it is fetched past every HTTP cache.
 */
async function store(event: ExtendableEvent, path: string, sha256: string): Promise<Response> {
  try {
    return await storeFrom(event, path, sha256, "no-cache");
  } catch {
    return await storeFrom(event, path, sha256, "reload");
  }
}

async function storeFrom(
  event: ExtendableEvent,
  path: string,
  sha256: string,
  cache: RequestCache,
): Promise<Response> {
  // Hosts may lead elsewhere on themselves, such as from index.html to the folder.
  const request = new Request(scope + encodeURI(path), {
    integrity: integrityOf(sha256),
    cache,
    mode: "same-origin",
    credentials: "same-origin",
  });
  const [response, stored] = strategyOf(release ?? "").handleAll({ event, request });
  try {
    return (await Promise.all([response, stored]))[0];
  } catch (error) {
    throw new Error(`${path} is not (or not yet) the one of this release: ${String(error)}`);
  }
}

async function tellPages(reason: string): Promise<void> {
  const told: NotInstalled = { type: "not-installed", release: release ?? "", reason };
  const all = await self.clients.matchAll({ includeUncontrolled: true });
  for (const client of all) client.postMessage(told);
}

/** Deletes the shells of this folder that no page runs any more. */
async function deleteOldShells(): Promise<void> {
  const kept = new Set([...(await pages.releases()), release ?? ""].map((r) => shellOf(scope, r)));
  // One that is being installed has been begun on purpose.
  for (const coming of [self.registration.installing, self.registration.waiting]) {
    const its = releaseOf(coming?.scriptURL);
    if (its !== null) kept.add(shellOf(scope, its));
  }
  for (const name of await caches.keys()) {
    if (isShellOf(scope, name) && !kept.has(name)) await caches.delete(name);
  }
}

/** Deletes what pages keep for models that no stored release of this folder has. */
async function deleteOldModels(): Promise<void> {
  const needed = new Set<string>();
  for (const cacheName of await caches.keys()) {
    if (!isShellOf(scope, cacheName)) continue;
    const manifest = await caches.match(scope + MANIFEST, { cacheName });
    const contents = (await manifest?.json()) as Contents | undefined;
    for (const digest of contents ? digestsOf(contents) : []) needed.add(digest);
  }
  if (!(await caches.has(MODELS_CACHE))) return;
  const models = await caches.open(MODELS_CACHE);
  for (const key of await models.keys()) {
    const digest = digestIn(scope, key.url);
    if (digest !== null && !needed.has(digest)) await models.delete(key);
  }
}

/** Deletes what no page needs any more, but no models while a page is fetching some. */
async function tidy(): Promise<void> {
  await pages.find();
  await deleteOldShells();
  const alone = { mode: "exclusive", ifAvailable: true } as const;
  await navigator.locks.request(updateLock(scope), alone, async (none) => {
    if (!none) return;
    await navigator.locks.request(MODELS_LOCK, alone, async (free) => {
      if (free) await deleteOldModels();
    });
  });
}

self.addEventListener("install", (event) => {
  const installed = install(event).catch(async (error: unknown) => {
    await tellPages(error instanceof Error ? error.message : String(error));
    throw error;
  });
  event.waitUntil(installed);
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

self.addEventListener("message", (event) => {
  const { type } = event.data as ToWorker;
  if (type === "take-over") event.waitUntil(self.skipWaiting());
  if (type === "serve-me") event.waitUntil(self.clients.claim());
  if (type === "tidy") event.waitUntil(tidy());
});

registerRoute(
  ({ request, url, sameOrigin }) =>
    sameOrigin && url.href.startsWith(scope) && !asksTheHost(request),
  async ({ event, request }) => {
    const which = await pages.releaseFor(event as FetchEvent);
    return strategyOf(which).handle({ event, request });
  },
);
