// Twin: xport/site/configuration.py and xport/plan/site_bounds.py.

import {
  finite,
  list,
  object,
  parseJson,
  refused,
  requireFields,
  sha256 as isSha256,
  text,
  version1,
  within0To1,
  type DocumentName,
  type Fields,
} from "../../engine/fields.js";
import type { Calibration } from "../../engine/decide/decisions.js";
import { keyOfCondition, type Condition, type Rule } from "../../engine/decide/rule.js";
import { sha256 } from "../../engine/files.js";
import { EngineError, requireWanted } from "./errors.js";
import { forget, recall, remember } from "../storage.js";
import { isPage, type Bounds, type SiteBounds } from "./manifest.js";
import type { Release } from "./release.js";

/** What a hospital sets; `site` and the key are claims. */
export interface SiteConfiguration {
  readonly schema_version: 1;
  readonly site: string;
  /** Days, as ISO 8601 has them; `until` is the last on which it holds (UTC). */
  readonly made: string;
  readonly until: string;
  readonly manifest_sha256: string;
  readonly public_key: string;
  readonly gate_thresholds: Readonly<Record<string, number>>;
  readonly operating_points: Readonly<Record<string, number>>;
  readonly notice: string;
}

/** A configuration that may be applied, and the fingerprint of the key that it claims. */
export interface Site {
  readonly configuration: SiteConfiguration;
  readonly fingerprint: string;
}

const FILE = "site.json";
const PAYLOAD_TYPE = "application/vnd.xport.site+json";
const LONGEST_NAME = 80;
const LONGEST_FILE = 2 ** 20;
const NAME: DocumentName = { label: FILE, kind: "site configuration that this page takes" };

const day = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? null : "not a day";
const name = (value: unknown) =>
  typeof value === "string" &&
  value.length > 0 &&
  value.length <= LONGEST_NAME &&
  value === value.trim() &&
  !/[\p{C}\p{Zl}\p{Zp}]/u.test(value)
    ? null
    : "not a name";
const ENVELOPE = { payload: text, payloadType: text, signatures: list } satisfies Fields;
const CONFIGURATION = {
  schema_version: version1,
  site: name,
  made: day,
  until: day,
  manifest_sha256: isSha256,
  public_key: text,
  gate_thresholds: object,
  operating_points: object,
  notice: text,
} satisfies Fields & Record<keyof SiteConfiguration, unknown>;

/** What a configuration is held to: the release's bounds, its manifest's digest, and the day. */
export interface Held {
  readonly bounds: SiteBounds | null;
  readonly digest: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/**
 * The site configuration beside the page, or, where the host does not answer (no network, an error
 * of its own, the page of a network that is signed in to), the one that lay there last and is kept
 * on this device; null where there is none. A host that answers without one has it forgotten. What
 * is kept is held to everything again by `readSite`.
 */
export async function fetchSite(base: string, signal?: AbortSignal): Promise<ArrayBuffer | null> {
  const key = `xport.site.${base}`;
  try {
    const response = await fetch(`${base}${FILE}`, {
      cache: "no-store",
      redirect: "error",
      ...(signal && { signal }),
    });
    if (response.ok && !isPage(response)) return keep(key, await response.arrayBuffer());
    if (response.status < 500 && !response.ok) {
      forget(key);
      return null;
    }
  } catch {
    requireWanted(signal);
  }
  const kept = recall(key);
  return kept === null ? null : new TextEncoder().encode(kept).buffer;
}

function keep(key: string, content: ArrayBuffer): ArrayBuffer {
  if (content.byteLength > LONGEST_FILE) forget(key);
  else remember(key, new TextDecoder("utf-8", { ignoreBOM: true }).decode(content));
  return content;
}

/**
 * Reads a site configuration, and refuses all of it where any of it is not as it must be: another
 * bundle, ended, a key that the release does not allow, a signature that is not of the key that it
 * names, or a threshold that may not be set or lies beyond the bounds. Whose key it is nobody knows.
 * Throws EngineError `file-refused`.
 */
export async function readSite(content: ArrayBuffer, held: Held): Promise<Site> {
  if (content.byteLength > LONGEST_FILE) throw refused(NAME, "it is too long");
  const { payload, signature, keyid } = envelopeOf(content);
  const found = requireFields(parseJson(payload, NAME), CONFIGURATION, NAME);
  const configuration = found as unknown as SiteConfiguration;
  requireNumbers(configuration.gate_thresholds, finite, "gate_thresholds");
  requireNumbers(configuration.operating_points, within0To1, "operating_points");
  const key = bytesOf(configuration.public_key, "public_key");
  const fingerprint = await sha256(key);
  if (fingerprint !== keyid || !(await isSigned(key, payload, signature))) {
    throw refused(NAME, "its signature is not of the key that it names");
  }
  requireAllowed(configuration, fingerprint, held);
  return { configuration, fingerprint };
}

/**
 * The release with the thresholds of a site. Throws EngineError `file-refused` where it has none of
 * the scores or findings that are set.
 */
export function withSite(release: Release, site: Site | null): Release {
  if (site === null) return release;
  const { gate_thresholds: gates, operating_points: points, site: who } = site.configuration;
  const { classifier, rule } = release;
  const { calibration } = classifier;
  const names = rule ? namesOf(rule) : [];
  for (const name of Object.keys(gates)) {
    if (!names.includes(name)) throw refused(NAME, `the release's gate has no score ${name}`);
  }
  const known = new Set(
    calibration?.points.flatMap((one) => ("threshold" in one ? [one.finding] : [])),
  );
  for (const finding of Object.keys(points)) {
    if (!known.has(finding)) {
      throw refused(NAME, `the release has no operating points of ${finding}`);
    }
  }
  const set = calibration && Object.keys(points).length > 0;
  return {
    ...release,
    rule: rule && { ...rule, conditions: conditionsAt(rule, names, gates) },
    classifier: set
      ? { ...classifier, calibration: calibrationAt(calibration, points, who) }
      : classifier,
  };
}

/** What each condition's threshold is set by: its score, with the comparison where two have it. */
function namesOf({ conditions }: Rule): readonly string[] {
  const keys = conditions.map(keyOfCondition);
  return conditions.map(({ comparison }, i) => {
    const key = keys[i] ?? "";
    return keys.filter((one) => one === key).length > 1 ? `${key} ${comparison}` : key;
  });
}

function conditionsAt(
  { conditions }: Rule,
  names: readonly string[],
  thresholds: Readonly<Record<string, number>>,
): readonly Condition[] {
  return conditions.map((condition, i) => {
    const threshold = thresholds[names[i] ?? ""];
    return threshold === undefined ? condition : { ...condition, threshold };
  });
}

function calibrationAt(
  calibration: Calibration,
  thresholds: Readonly<Record<string, number>>,
  who: string,
): Calibration {
  const points = calibration.points.map((point) => {
    const threshold = thresholds[point.finding];
    return "threshold" in point && threshold !== undefined ? { ...point, threshold } : point;
  });
  return { ...calibration, dataset: `${calibration.dataset}, ${who}`, points };
}

/** Whether an error is of a site configuration, and not of the release. */
export function isOfSite(error: unknown): boolean {
  return error instanceof EngineError && error.message.startsWith(`${FILE}: `);
}

function requireAllowed(
  { manifest_sha256, until, gate_thresholds, operating_points }: SiteConfiguration,
  fingerprint: string,
  { bounds, digest, now }: Held,
): void {
  if (!bounds) throw refused(NAME, "the release allows no site configuration");
  if (manifest_sha256 !== digest) throw refused(NAME, "it is for another bundle");
  if (until < now.slice(0, 10)) throw refused(NAME, `it ended on ${until}`);
  if (bounds.keys.length > 0 && !bounds.keys.includes(fingerprint)) {
    throw refused(
      NAME,
      `it is signed with sha256:${fingerprint}, which the release does not allow`,
    );
  }
  for (const [score, value] of Object.entries(gate_thresholds)) {
    const own = Object.hasOwn(bounds.gate_thresholds, score);
    const limits = own ? (bounds.gate_thresholds[score] ?? null) : null;
    requireWithin(`gate threshold ${score}`, value, limits);
  }
  for (const [finding, value] of Object.entries(operating_points)) {
    requireWithin(`operating point of ${finding}`, value, bounds.operating_points);
  }
}

function requireWithin(what: string, value: number, bounds: Bounds | null): void {
  if (!bounds) throw refused(NAME, `${what}: the release does not let it be set`);
  if (!(value >= bounds[0] && value <= bounds[1])) {
    throw refused(NAME, `${what} is ${value}, the release allows ${bounds[0]} to ${bounds[1]}`);
  }
}

function requireNumbers(
  values: Readonly<Record<string, unknown>>,
  problem: (value: unknown) => string | null,
  place: string,
): void {
  const fields = Object.fromEntries(Object.keys(values).map((key) => [key, problem]));
  requireFields(values, fields, NAME, place);
}

interface Envelope {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array;
  readonly keyid: string;
}

function envelopeOf(content: ArrayBuffer): Envelope {
  const found = requireFields(parseJson(content, NAME), ENVELOPE, NAME);
  const signatures = found["signatures"] as readonly unknown[];
  if (found["payloadType"] !== PAYLOAD_TYPE || signatures.length !== 1) {
    throw refused(NAME, "it is no site configuration with one signature");
  }
  const one = requireFields(signatures[0], { keyid: isSha256, sig: text }, NAME, "signatures[0]");
  return {
    payload: bytesOf(found["payload"] as string, "payload"),
    signature: bytesOf(one["sig"] as string, "sig"),
    keyid: one["keyid"] as string,
  };
}

function bytesOf(base64: string, place: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw refused(NAME, `${place} is not base64`);
  }
}

/** Whether a signature in DER is of DSSE's encoding of the payload, by ECDSA on P-256. */
async function isSigned(
  key: Uint8Array<ArrayBuffer>,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  try {
    const public_ = await crypto.subtle.importKey("spki", key, ecdsa, false, ["verify"]);
    return await crypto.subtle.verify(ecdsa, public_, pairOf(signature), encoded(payload));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    return false; // no key on this curve
  }
}

/** DSSE's pre-authentication encoding. */
function encoded(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  const start = new TextEncoder().encode(head);
  const whole = new Uint8Array(start.length + payload.length);
  whole.set(start);
  whole.set(payload, start.length);
  return whole;
}

/** The two numbers of a signature in DER, 32 bytes each, as Web Cryptography wants them. */
function pairOf(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const pair = new Uint8Array(64);
  let at = 2;
  const whole = der[0] === 0x30 && der[1] === der.length - 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if (!whole || der[at] !== 2 || number.length !== length || digits.length > 32) {
      throw refused(NAME, "its signature is none in DER");
    }
    pair.set(digits, end - digits.length);
    at += 2 + length;
  }
  if (at !== der.length) throw refused(NAME, "its signature is none in DER");
  return pair;
}
