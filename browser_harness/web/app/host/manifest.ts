// Twin: xport/bundles/manifest.py.

import {
  list,
  object,
  oneOf,
  parseJson,
  requireFields,
  text,
  whole,
  type DocumentName,
  type Fields,
} from "../../engine/fields.js";
import { sha256 } from "../../engine/files.js";
import { areCorrections, type Correction } from "../../engine/picture/corrections.js";
import type { BackendName } from "../../engine/tfjs/backend.js";
import type { Signature } from "../../engine/types.js";
import { EngineError, ManifestError, requireWanted, wordsOf } from "./errors.js";
import { isPath } from "./paths.js";
import { withinTime } from "./within_time.js";

const VERSION = 3;
/** Seconds in which a small file has to have arrived. */
const ANSWER_S = 30;
const BACKENDS: readonly unknown[] = ["webgl", "wasm", "cpu"] satisfies BackendName[];
const VERDICTS = ["PASSED", "WEAK_PASSED", "PASSED_WITH_WAIVERS"] as const;
const KINDS = ["classifier", "autoencoder", "explanation", "view", "other"] as const;

/** A file of the bundle, by its path from the bundle's root. */
export interface DataFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A file of a model; `path`, from the bundle's root, where another model has the same bytes. */
export interface BundledFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly path: string | null;
}

/** An image file that a user can open without having one. */
export interface Example extends DataFile {
  readonly title: string;
}

/** One model of a bundle. */
export interface BundledModel {
  readonly kind: (typeof KINDS)[number];
  readonly title: string;
  /** Its folder, ending in a slash. */
  readonly path: string;
  readonly signature: Signature;
  readonly labels: readonly string[] | null;
  /** What the weights are, such as "untrained demonstration weights"; null for trained ones. */
  readonly weights: string | null;
  /** The definition of its preprocessing. */
  readonly preprocess: DataFile | null;
  /** A classifier's operating points. */
  readonly calibration: DataFile | null;
  /** The threshold of an autoencoder's score. */
  readonly gate: DataFile | null;
  /** Of an explanation, the classifier that it explains. */
  readonly explains: string | null;
  /** The model card, an HTML page. */
  readonly card: DataFile | null;
  readonly files: Readonly<Record<string, BundledFile>>;
}

/** Two numbers, both included. */
export type Bounds = readonly [low: number, high: number];

/** Which thresholds a site configuration may set, and which keys may sign it (none: any). */
export interface SiteBounds {
  readonly gate_thresholds: Readonly<Record<string, Bounds>>;
  readonly operating_points: Bounds | null;
  readonly keys: readonly string[];
}

/** Who claims a release, by a key that the run was told of, and when it was judged. */
export interface Claim {
  readonly name: string;
  /** SHA-256 of the public key in DER. */
  readonly fingerprint: string;
  /** ISO 8601, with its offset. */
  readonly judged: string;
  /** The public key in PEM. */
  readonly key: DataFile;
}

/** What is to be said wherever the verdict is: a kind for programs, a sentence for people. */
export interface Note {
  readonly kind: string;
  readonly text: string;
}

/** manifest.json: what a release holds. */
export interface Manifest {
  readonly schema_version: typeof VERSION;
  readonly release: string;
  readonly title: string;
  /** Null where the release names none; its digest tells it apart all the same. */
  readonly version: string | null;
  readonly notice: string;
  /** WEAK_PASSED: less was asked than must be. PASSED_WITH_WAIVERS: what failed is waived. */
  readonly verdict: (typeof VERDICTS)[number];
  /** The wasm threads that were verified. */
  readonly wasm_threads: number;
  readonly models: Readonly<Record<string, BundledModel>>;
  readonly self_test: DataFile;
  readonly examples: readonly Example[];
  /** Versions of what made and verified the release. */
  readonly tools: Readonly<Record<string, string>>;
  /** Whether this page can show the release, by who made it; null where that was not yet said. */
  readonly publishable: boolean | null;
  /** Why this page does not show some models, by id. */
  readonly unshown: Readonly<Record<string, string>>;
  /** What stands beside the verdict, what weighs most first. */
  readonly notes: readonly Note[];
  /** The backends on which every model was verified, in the order to try them; null as above. */
  readonly backends: readonly BackendName[] | null;
  /** What every model is held to, such as PyTorch. */
  readonly faithful_to: string;
  /** What a site configuration may set, within which bounds; null where that is nothing. */
  readonly site: SiteBounds | null;
  /** What images are accepted by; null where no rule decides. */
  readonly rule: DataFile | null;
  /** Null where nobody claims it. */
  readonly publisher: Claim | null;
  /** Corrections of images that were verified, which may be offered. */
  readonly corrections: readonly Correction[];
  /** Every other file of the bundle, by path. */
  readonly files: Readonly<Record<string, BundledFile>>;
}

/** A manifest and the SHA-256 of its bytes. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly digest: string;
}

const NAME: DocumentName = { label: "manifest.json", kind: "manifest that this page can use" };

const digest = (value: unknown) =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? null : "not a SHA-256";
const path = (value: unknown) => (isPath(value) ? null : "not a path below this page");
const folder = (value: unknown) =>
  typeof value === "string" && value.endsWith("/") && isPath(value.slice(0, -1))
    ? null
    : "not a folder below this page";
const orNull = (problem: (value: unknown) => string | null) => (value: unknown) =>
  value === null ? null : problem(value);
const texts = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")
    ? null
    : "not a list of texts";
const backends = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => BACKENDS.includes(one))
    ? null
    : "not a list of backends";
const filled = (value: unknown) =>
  object(value) ?? (Object.keys(value as object).length > 0 ? null : "empty");

/** What manifests did not say at first, as it is read where it is absent. */
const UNSAID = {
  publishable: null,
  unshown: {},
  notes: [],
  backends: null,
  faithful_to: "PyTorch",
  site: null,
  rule: null,
  publisher: null,
  corrections: [],
} satisfies Partial<Manifest>;
const MANIFEST = {
  schema_version: (value: unknown) => (value === VERSION ? null : "another version"),
  release: text,
  title: text,
  version: orNull(text),
  notice: text,
  verdict: oneOf(...VERDICTS),
  wasm_threads: whole(1, 64),
  models: filled,
  self_test: object,
  examples: list,
  tools: object,
  publishable: orNull((value) => (typeof value === "boolean" ? null : "neither true nor false")),
  unshown: object,
  notes: list,
  backends: orNull(backends),
  faithful_to: text,
  site: orNull(object),
  rule: orNull(object),
  publisher: orNull(object),
  corrections: (value: unknown) => (areCorrections(value) ? null : "no list of corrections"),
  files: object,
} satisfies Fields & Record<keyof Manifest, unknown>;
const MODEL = {
  kind: oneOf(...KINDS),
  title: text,
  path: folder,
  signature: object,
  labels: orNull(texts),
  weights: orNull(text),
  preprocess: orNull(object),
  calibration: orNull(object),
  gate: orNull(object),
  explains: orNull(text),
  card: orNull(object),
  files: filled,
} satisfies Fields & Record<keyof BundledModel, unknown>;
const bounds = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)
    ? null
    : "not two numbers";
const SITE = {
  gate_thresholds: object,
  operating_points: orNull(bounds),
  keys: (value: unknown) =>
    Array.isArray(value) && value.every((one) => digest(one) === null) ? null : "no SHA-256s",
} satisfies Fields & Record<keyof SiteBounds, unknown>;
const DATA_FILE = { path, sha256: digest, bytes: whole(0) } satisfies Fields;
const FILE = { sha256: digest, bytes: whole(0), path: orNull(path) } satisfies Fields;
const moment = (value: unknown) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : "not a date";
const CLAIM = {
  name: text,
  fingerprint: digest,
  judged: moment,
  key: object,
} satisfies Fields & Record<keyof Claim, unknown>;
const NOTE = { kind: text, text } satisfies Fields;
const EXAMPLE = { title: text, ...DATA_FILE } satisfies Fields;
const SIGNATURE = { inputs: list, outputs: list } satisfies Fields;
const TENSOR = { name: text, shape: list, dtype: oneOf("float32", "int32", "bool") };
/** An input of integers whose values are declared. */
const RANGED = { ...TENSOR, dtype: oneOf("int32"), values: bounds };

/**
 * Reads manifest.json beside the page, asking the server whether it has changed.
 *
 * Throws ManifestError, or EngineError `insecure-context`.
 */
export async function fetchManifest(base: string, signal?: AbortSignal): Promise<ReadManifest> {
  const content = await fetchContent(`${base}manifest.json`, signal);
  return { manifest: parseManifest(content), digest: await sha256(content) };
}

/** Reads a manifest, every field of it. Throws ManifestError, naming the field. */
export function parseManifest(content: BufferSource): Manifest {
  try {
    const json = parseJson(content, NAME);
    requireKnown(json);
    const said = { ...UNSAID, ...(json as object) };
    const found = requireFields(said, MANIFEST, NAME) as unknown as Manifest;
    for (const [id, model] of Object.entries(found.models)) requireModel(id, model, found);
    requireFields(found.self_test, DATA_FILE, NAME, "self_test");
    if (found.rule) requireFields(found.rule, DATA_FILE, NAME, "rule");
    if (found.publisher) {
      requireFields(found.publisher, CLAIM, NAME, "publisher");
      requireFields(found.publisher.key, DATA_FILE, NAME, "publisher.key");
    }
    found.examples.forEach((one, i) => requireFields(one, EXAMPLE, NAME, `examples[${i}]`));
    requireTexts(found.tools, "tools");
    requireTexts(found.unshown, "unshown");
    found.notes.forEach((one, i) => requireFields(one, NOTE, NAME, `notes[${i}]`));
    if (found.site) requireBounds(found.site);
    requireFiles(found.files, "files");
    return found;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new ManifestError("malformed", error.message, error.facts);
  }
}

function requireBounds(site: SiteBounds): void {
  requireFields(site, SITE, NAME, "site");
  for (const [score, limits] of Object.entries(site.gate_thresholds)) {
    requireFields({ [score]: limits }, { [score]: bounds }, NAME, "site.gate_thresholds");
  }
}

/** Where a model's file is, from the bundle's root. */
export function pathOf(model: BundledModel, name: string): string {
  return model.files[name]?.path ?? model.path + name;
}

function requireKnown(json: unknown): void {
  const { schema_version: version, verdict } = Object(json) as Partial<Record<string, unknown>>;
  if (version !== VERSION) {
    const words = `manifest.json is of version ${String(version)}; this page knows ${VERSION}.`;
    throw new ManifestError("version", words, { found: String(version), known: VERSION });
  }
  if (!VERDICTS.some((one) => one === verdict)) {
    const words = "This release has not passed its verification; it will not run.";
    throw new ManifestError("not-passed", words, { verdict: String(verdict) });
  }
}

function requireModel(id: string, model: BundledModel, { models }: Manifest): void {
  const at = `models.${id}`;
  requireFields(model, MODEL, NAME, at);
  for (const key of ["preprocess", "calibration", "gate", "card"] as const) {
    if (model[key]) requireFields(model[key], DATA_FILE, NAME, `${at}.${key}`);
  }
  requireFields(model.signature, SIGNATURE, NAME, `${at}.signature`);
  for (const side of ["inputs", "outputs"] as const) {
    model.signature[side].forEach((tensor, i) => {
      const place = `${at}.signature.${side}[${i}]`;
      const ranged = Object.hasOwn(tensor, "values");
      requireFields(tensor, ranged ? RANGED : TENSOR, NAME, place);
      tensor.shape.forEach((size, axis) => {
        requireFields({ [axis]: size }, { [axis]: whole(1) }, NAME, `${place}.shape`);
      });
    });
  }
  requireFiles(model.files, `${at}.files`);
  if (model.explains !== null && models[model.explains]?.kind !== "classifier") {
    throw new ManifestError("unusable", `manifest.json: ${id} explains no classifier of it.`);
  }
}

function requireFiles(files: Readonly<Record<string, unknown>>, place: string): void {
  for (const [name, file] of Object.entries(files)) {
    if (!isPath(name)) {
      throw new ManifestError("malformed", `manifest.json: ${place} names ${name}, no path.`);
    }
    requireFields(file, FILE, NAME, `${place}[${JSON.stringify(name)}]`);
  }
}

function requireTexts(texts: Readonly<Record<string, unknown>>, place: string): void {
  for (const name of Object.keys(texts)) {
    requireFields({ [name]: texts[name] }, { [name]: text }, NAME, place);
  }
}

/** What is said where a web page comes in a file's place. */
export const PORTAL =
  "a web page came in its place, such as the page on which a network is signed in to";

/** Whether an answer is a web page. */
export function isPage({ headers }: Pick<Response, "headers">): boolean {
  return /^text\/html\b/i.test(headers.get("content-type") ?? "");
}

async function fetchContent(url: string, signal: AbortSignal | undefined): Promise<ArrayBuffer> {
  try {
    return await withinTime(ANSWER_S, signal, async (limit) => {
      const response = await fetch(url, { cache: "no-cache", redirect: "error", signal: limit });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      if (isPage(response)) throw new Error(PORTAL);
      return response.arrayBuffer();
    });
  } catch (error) {
    requireWanted(signal);
    const words = `manifest.json beside this page cannot be read (${wordsOf(error)}).`;
    throw new ManifestError("unreachable", words, { why: wordsOf(error) });
  }
}
