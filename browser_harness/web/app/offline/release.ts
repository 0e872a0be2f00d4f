/** What page and service worker agree on: names of caches, which files a release needs, messages. */

/** The script of the worker, beside the page; its address names the release that it serves. */
export const WORKER = "sw.js";
export const MANIFEST = "manifest.json";
/** Where the page keeps what the models need, and who may delete of it, as in app/host. */
export const MODELS_CACHE = "xport-models-v1";
export const MODELS_LOCK = "xport-models";
const BY_DIGEST = "by-digest/";
const SHELL = "xport-shell-";

/** Documents that nothing runs on: they are kept for reading offline only while they are small. */
const FOR_READING = ["report.html", "evidence.json"];
const SMALL = 4 * 2 ** 20;
/** What the page keeps by digest, beside the models. */
const KEPT_ELSEWHERE = "self_test/";
/** Files for hosts, which read them and serve them to nobody. */
const FOR_HOSTS = ["_headers", ".htaccess"];

/** Digest and length of a file. */
export interface Listed {
  readonly sha256: string;
  readonly bytes: number;
}

type Document = (Listed & { readonly path: string }) | null;

/** What is read here of manifest.json; every field of it is one of `Manifest`. */
export interface Contents {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly preprocess?: Document;
        readonly calibration?: Document;
        readonly gate?: Document;
        readonly card?: Document;
        readonly files: Readonly<Record<string, Listed>>;
      }
    >
  >;
  readonly files: Readonly<Record<string, Listed>>;
}

/** From the page to a worker. */
export type ToWorker =
  /** Take over from the version before, now. */
  | { readonly type: "take-over" }
  /** Serve this page too, which was loaded from the network. */
  | { readonly type: "serve-me" }
  /** Delete the versions that no page runs any more. */
  | { readonly type: "tidy" };

/** From a worker that could not store its release to all pages. */
export interface NotInstalled {
  readonly type: "not-installed";
  readonly release: string;
  readonly reason: string;
}

/** The address of the worker that serves a release. */
export function workerOf(base: string, release: string): string {
  return new URL(`${WORKER}?release=${release}`, base).href;
}

/** The release that a worker serves, by its address: the SHA-256 of manifest.json, or null. */
export function releaseOf(script: string | undefined): string | null {
  const found = script === undefined ? null : new URL(script).searchParams.get("release");
  return found !== null && /^[0-9a-f]{64}$/.test(found) ? found : null;
}

/** Where a release's shell is stored. Folders of one host share its storage, hence the path. */
export function shellOf(scope: string, release: string): string {
  return `${SHELL}${release}@${new URL(scope).pathname}`;
}

/** Whether a cache holds a shell, of any folder of this host. */
function isShell(cache: string): boolean {
  return cache.startsWith(SHELL);
}

/** Whether a cache holds a shell of this folder. */
export function isShellOf(scope: string, cache: string): boolean {
  return isShell(cache) && cache.slice(cache.indexOf("@") + 1) === new URL(scope).pathname;
}

/** What a page holds while it brings a newer release to this folder. */
export function updateLock(scope: string): string {
  return `xport-update ${scope}`;
}

/** SHA-256 in the form in which `fetch` checks it. */
export function integrityOf(sha256: string): string {
  const bytes = sha256.match(/../g) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes.map((two) => parseInt(two, 16))))}`;
}

/**
 * The files that a release needs to be worked with offline, by path, beside what its models need.
 *
 * The models, their documents and their self-test are kept by the page, by digest.
 */
export function shellFiles({ files, models }: Contents): Map<string, Listed> {
  const found = new Map<string, Listed>();
  for (const [path, file] of Object.entries(files)) {
    const large = FOR_READING.includes(path) && file.bytes > SMALL;
    const left = FOR_HOSTS.includes(path) || path.startsWith(KEPT_ELSEWHERE);
    if (!large && !left) found.set(path, file);
  }
  for (const { card } of Object.values(models)) if (card) found.set(card.path, card);
  return found;
}

/** The digests of all files of a release. */
export function digestsOf({ files, models }: Contents): Set<string> {
  const listed = Object.values(models).flatMap(({ preprocess, calibration, gate, card, files }) => [
    ...[preprocess, calibration, gate, card],
    ...Object.values(files),
  ]);
  const all = [...Object.values(files), ...listed];
  return new Set(all.flatMap((file) => (file ? [file.sha256] : [])));
}

/** The digest in the address of a file that is kept for this folder, or null for another's. */
export function digestIn(scope: string, url: string): string | null {
  const folder = scope + BY_DIGEST;
  return url.startsWith(folder) ? url.slice(folder.length) : null;
}

/**
 * Where the answer to a request lies in a shell: `./`, with whatever query, is index.html.
 *
 * What is after `?` or `#` is nothing that a static page's files depend on.
 */
export function keyOf(scope: string, url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname === scope ? `${scope}index.html` : origin + pathname;
}

/** Whether a page asks past the stored version, to learn what the host has now. */
export function asksTheHost(request: Pick<Request, "cache" | "mode">): boolean {
  // Reloading a page asks in this way too, and gets the version that it has.
  return request.mode !== "navigate" && ["no-store", "reload"].includes(request.cache);
}
