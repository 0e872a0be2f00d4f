import { computed, signal } from "@preact/signals";
import type { OpenProgress, OpenRequest, Running, Session } from "../../host/types.js";
import { fetchManifest, type Manifest } from "../../host/manifest.js";
import type { BackendName } from "../../host/index.js";
import { bytesOf } from "../../host/models.js";
import { requireNotRevoked } from "../../host/revocations.js";
import { shownOf } from "../../host/shown.js";
import { fetchSite, isOfSite, readSite, type Site } from "../../host/site.js";
import { wordsOf } from "../../host/errors.js";
import { text } from "../../text/language.js";
import { announce } from "./announce.js";
import { stopOf, type Stop } from "./stop.js";
import { recall, remember } from "../../storage.js";

/** How the tool's life goes; `starting` while the page reads which release it is. */
export type Life = "starting" | "consent" | "loading" | "open" | "failed" | "refused";

/** What a session told of since it was opened. */
export interface Change {
  readonly running: Running | null;
  readonly reason: string | null;
}

export const BASE = new URL(".", document.baseURI).href;

export const life = signal<Life>("starting");
export const release = signal<Manifest | null>(null);
/** SHA-256 of manifest.json. */
export const digest = signal("");
/** The release's name, and its version if it has one. */
export const releaseName = computed(() => {
  const { release: name = "", version = null } = release.value ?? {};
  return version === null ? name : `${name} ${version}`;
});
export const session = signal<Session | null>(null);
export const running = signal<Running | null>(null);
export const progress = signal<OpenProgress | null>(null);
export const stop = signal<Stop | null>(null);
/** The last change that a person has not dismissed. */
export const change = signal<Change | null>(null);

/** Bytes that are loaded after consent: what the loading page counts to. */
export const modelBytes = computed(() => (release.value ? bytesOf(release.value) : 0));

/** What is tried of a release that does not say what it was verified on. */
const HARDWARE_INDEPENDENT = ["wasm"] as const;

/** Whose thresholds hold, where these are not the release's; and why others were refused. */
export const site = signal<Site | null>(null);
export const siteProblem = signal<string | null>(null);
/** The backends that the release's evidence covers. */
export const backends = computed(() => release.value?.backends ?? HARDWARE_INDEPENDENT);

/** What a person chose to compute on; "fastest" leaves it to the page. */
export type Choice = BackendName | "fastest";

const CHOICE = "xport.backend";
const chosen = signal<string | null>(recall(CHOICE));
export const choice = computed(
  (): Choice => backends.value.find((one) => one === chosen.value) ?? "fastest",
);

/** Computes on another backend from now on, if it passes its self-test here; results stay. */
export async function choose(backend: Choice): Promise<void> {
  if (backend === choice.value) return;
  chosen.value = backend;
  remember(CHOICE, backend);
  if (life.value === "open") await openRelease();
}

type Open = (request: OpenRequest) => Promise<Session>;
let opener: Open | null = null;
let aborter: AbortController | null = null;

/** Reads which release this is, then asks for consent or, given that, opens it. */
export async function startTool(open: Open): Promise<void> {
  opener = open;
  try {
    const read = await fetchManifest(BASE);
    release.value = read.manifest;
    digest.value = read.digest;
    // Before anybody is asked to agree, or a model is fetched.
    await requireNotRevoked(BASE, read.digest);
    shownOf(read.manifest);
    if (read.manifest.site) await takeSite(await fetchSite(BASE));
  } catch (error) {
    stopped(error);
    return;
  }
  if (recall(consentKey()) === null) life.value = "consent";
  else await openRelease();
}

export async function agree(): Promise<void> {
  remember(consentKey(), new Date().toISOString());
  await openRelease();
}

/** Opens the release, on the first backend that was verified and passes its self-test. */
export async function openRelease(): Promise<void> {
  if (!opener) return;
  if (!release.value) return startTool(opener);
  session.value?.close();
  session.value = null;
  const aborting = new AbortController();
  aborter = aborting;
  stop.value = null;
  change.value = null;
  progress.value = null;
  life.value = "loading";
  try {
    const opened = await opener({
      base: BASE,
      site: site.value,
      backends: backends.value,
      choice: choice.value,
      progress: (now) => (progress.value = now),
      signal: aborting.signal,
    });
    if (opened.digest !== digest.value) return leaveFor(opened);
    opened.onChange((now, reason) => changed(opened, now, reason));
    running.value = opened.running;
    session.value = opened;
    life.value = "open";
    announce(text.value.page.loading.ready);
  } catch (error) {
    if (!site.value || !isOfSite(error)) return stopped(error);
    site.value = null;
    siteProblem.value = wordsOf(error);
    await openRelease();
  }
}

/** Takes a site configuration that a person chose, or null for the release's own thresholds. */
export async function useSite(file: File | null): Promise<void> {
  const before = site.value;
  if (file) await takeSite(await file.arrayBuffer());
  else site.value = null;
  if (site.value !== before && life.value === "open") await openRelease();
}

/** Takes a site configuration, or says why it is refused: whole, so the thresholds stay. */
async function takeSite(content: ArrayBuffer | null): Promise<void> {
  if (content === null) return;
  const bounds = release.value?.site ?? null;
  const held = { bounds, digest: digest.value, now: new Date().toISOString() };
  try {
    site.value = await readSite(content, held);
    siteProblem.value = null;
  } catch (error) {
    siteProblem.value = wordsOf(error);
  }
}

/** The host has another release than the one that this page showed: only its own page fits it. */
function leaveFor(other: Session): void {
  other.close();
  const words = `manifest.json is ${other.digest} now, no longer ${digest.value}`;
  stopped(Object.assign(new Error(words), { code: "release-changed" }));
  location.reload(); // which a person with unsaved results can call off
}

/**
 * Stops an open page whose release has been taken back since: what is being computed ends there.
 *
 * A list that cannot be read is left to the next opening: whoever damages it could withhold it too.
 */
export async function stopIfRevoked(): Promise<void> {
  if (life.value !== "open" && life.value !== "consent") return;
  try {
    await requireNotRevoked(BASE, digest.value);
  } catch (error) {
    const found = stopOf(error);
    if (!["revoked", "withheld"].includes(found.code) || stop.value !== null) return;
    aborter?.abort();
    session.value?.close();
    session.value = null;
    running.value = null;
    stopped(error);
  }
}

export function cancelOpening(): void {
  aborter?.abort();
}

function consentKey(): string {
  return `xport.consent.${digest.value}`;
}

function changed(of: Session, now: Running | null, reason: string | null): void {
  if (session.value !== of) return;
  running.value = now;
  change.value = { running: now, reason };
  if (now) return;
  session.value = null;
  stop.value = { kind: "device", code: "nothing-passes", detail: reason ?? "", attempts: [] };
  life.value = "refused";
}

function stopped(error: unknown): void {
  const found = stopOf(error);
  stop.value = found;
  life.value = found.kind === "cancelled" || found.kind === "failed" ? "failed" : "refused";
}
