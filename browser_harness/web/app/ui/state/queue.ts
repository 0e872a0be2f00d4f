import { computed, effect, signal } from "@preact/signals";
import type { Corrections } from "../../host/types.js";
import { wordsOf } from "../../host/errors.js";
import { text } from "../../text/language.js";
import { announce } from "./announce.js";
import {
  countsOf,
  neighbourOf,
  nextWaiting,
  resultOf,
  withFiles,
  withItem,
  type Item,
  type Origin,
  type OriginSite,
  type Problem,
} from "./items.js";
import { life, running, session, site } from "./session.js";

export const items = signal<readonly Item[]>([]);
export const paused = signal(false);
export const selectedId = signal<number | null>(null);

export const selected = computed(
  () => items.value.find((item) => item.id === selectedId.value) ?? null,
);
export const counts = computed(() => countsOf(items.value));

/** Written to <body data-state>. */
export const state = computed(() => {
  if (life.value !== "open") return life.value;
  return items.value.some(({ status }) => status === "working") ? "working" : "ready";
});

let nextId = 1;
let current: { readonly id: number; readonly aborting: AbortController } | null = null;

/** Puts files in line; the first of them comes into view. */
export function addFiles(files: readonly File[]): void {
  if (files.length === 0) return announce(text.value.images.add.nothing);
  // A pause is over when nothing is left to do.
  if (nextWaiting(items.value) === null) paused.value = false;
  selectedId.value = nextId;
  items.value = withFiles(items.value, files, nextId);
  nextId += files.length;
  if (files.length > 1) announce(text.value.images.queue.added(files.length));
}

export function removeItem(id: number): void {
  if (current?.id === id) current.aborting.abort();
  if (selectedId.value === id) selectedId.value = neighbourOf(items.value, id);
  items.value = items.value.filter((item) => item.id !== id);
}

export function removeAll(): void {
  current?.aborting.abort();
  selectedId.value = null;
  items.value = [];
}

export function retryItem(id: number): void {
  items.value = withItem(items.value, id, { status: "waiting", problem: null });
}

/** Corrects an item's image, for models and eyes, and puts it in line again. */
export function correctItem(id: number, corrections: Corrections): void {
  if (current?.id === id) current.aborting.abort();
  if (nextWaiting(items.value) === null) paused.value = false;
  const anew = { status: "waiting", result: null, problem: null, exported: false } as const;
  items.value = withItem(items.value, id, { corrections, ...anew });
}

export function markExported(ids: ReadonlySet<number>): void {
  items.value = items.value.map((item) => (ids.has(item.id) ? { ...item, exported: true } : item));
}

/** Examines one file after another, whenever there is one, a session, and no pause. */
export function keepExamining(): () => void {
  return effect(() => {
    const next = nextWaiting(items.value);
    if (session.value && running.value && !paused.value && next && !current) void examine(next);
  });
}

async function examine({ id, file, corrections }: Item): Promise<void> {
  const using = session.value;
  if (!using) return;
  const aborting = new AbortController();
  current = { id, aborting };
  set(id, { status: "working", problem: null });
  try {
    const examined = await using.examine(file, aborting.signal, corrections);
    const result = resultOf(examined, corrections, originNow());
    set(id, { status: result.findings ? "done" : "refused", result, exported: false });
  } catch (error) {
    const over = session.value !== using && !aborting.signal.aborted;
    // What a session that ended had begun is done by the next one; what was corrected, once more.
    const again = over || isCorrectedSince(id, corrections);
    set(id, again ? { status: "waiting" } : { status: "failed", problem: problemOf(error) });
  }
  current = null;
  tell(id);
  items.value = [...items.value]; // wakes the effect for the next one
}

function isCorrectedSince(id: number, corrections: Corrections): boolean {
  const item = items.value.find((one) => one.id === id);
  return item !== undefined && item.corrections !== corrections;
}

function set(id: number, changes: Partial<Item>): void {
  items.value = withItem(items.value, id, changes);
}

function tell(id: number): void {
  const item = items.value.find((one) => one.id === id);
  const { status, queue } = text.value.images;
  if (item) announce(queue.said(item.name, status[item.status]));
}

function originNow(): Origin {
  const now = running.value;
  return {
    backend: now?.backend ?? "cpu",
    renderer: now?.environment.renderer ?? null,
    selfTestPassed: now?.selfTest.passed ?? false,
    made: new Date().toISOString(),
    site: siteNow(),
  };
}

function siteNow(): OriginSite | null {
  if (!site.value) return null;
  const { configuration, fingerprint } = site.value;
  return {
    site: configuration.site,
    made: configuration.made,
    until: configuration.until,
    fingerprint,
    gate: Object.keys(configuration.gate_thresholds).length > 0,
  };
}

/** What went wrong with one file, in the engine's words. */
export function problemOf(error: unknown): Problem {
  const { code, facts } = (error ?? {}) as Partial<Record<"code" | "facts", unknown>>;
  const { sha256 } = (facts ?? {}) as { readonly sha256?: unknown };
  return {
    code: typeof code === "string" ? code : "input-refused",
    detail: wordsOf(error),
    sha256: typeof sha256 === "string" ? sha256 : null,
  };
}
