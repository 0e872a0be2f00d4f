/** What page and service worker agree on: names of caches, which files a release needs, messages. */

/** The script of the worker, beside the page; its address names the release that it serves. */
export const WORKER = "sw.js";
export const MANIFEST = "manifest.json";
/** Where the models' files lie, under addresses that end in their SHA-256. */
export const MODELS_CACHE = "xport-models-v1";
const SHELL = "xport-shell-";

/** Documents that nothing runs on: they are kept for reading offline only while they are small. */
const FOR_READING = ["report.html", "evidence.json"];
const SMALL = 4 * 2 ** 20;
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
export function isShell(cache: string): boolean {
  return cache.startsWith(SHELL);
}

/** Whether a cache holds a shell of this folder. */
export function isShellOf(scope: string, cache: string): boolean {
  return isShell(cache) && cache.slice(cache.indexOf("@") + 1) === new URL(scope).pathname;
}

/** SHA-256 in the form in which `fetch` checks it. */
export function integrityOf(sha256: string): string {
  const bytes = sha256.match(/../g) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes.map((two) => parseInt(two, 16))))}`;
}

/**
 * The files that a release needs to be worked with offline, by path, beside its models.
 *
 * The documents of each model belong to them: the page reads those by name. The files of the models
 * themselves are stored by content, in a cache of their own.
 */
export function shellFiles(contents: Contents): Map<string, Listed> {
  const found = new Map<string, Listed>();
  for (const [path, file] of Object.entries(contents.files)) {
    if (FOR_HOSTS.includes(path) || (FOR_READING.includes(path) && file.bytes > SMALL)) continue;
    found.set(path, file);
  }
  for (const model of Object.values(contents.models)) {
    for (const one of [model.preprocess, model.calibration, model.gate, model.card]) {
      if (one) found.set(one.path, one);
    }
  }
  return found;
}

/** Digests of the files of all models. */
export function modelDigests(contents: Contents): Set<string> {
  const models = Object.values(contents.models);
  return new Set(models.flatMap(({ files }) => Object.values(files).map((file) => file.sha256)));
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
