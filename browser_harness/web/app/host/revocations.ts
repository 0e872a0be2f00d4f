// Twin: xport/publishing/revocations.py.

import { recall, remember } from "../storage.js";
import { ManifestError, requireWanted } from "./errors.js";
import { withinTime } from "./within_time.js";

/** Seconds for which the list is waited for. */
const ANSWER_S = 10;
const PAYLOAD_TYPE = "application/vnd.xport.revocations+json";

const CHANNELS = ["stable", "next"] as const;

/** What a target's list says of one release. */
interface Revoked {
  readonly manifest_sha256: string;
  readonly reason: string;
  readonly since: string;
}

/**
 * Refuses a release that its target's list names, where the page lies in one: `releases/NAME/`.
 *
 * The page cannot tell whose signature the list has: whoever can replace the list can replace the page.
 * So it heeds every list, and goes on where there is none or no network, unless it has seen on this
 * device that this very release is revoked, or a channel beside names a newer list. Throws
 * ManifestError `revoked`, `withheld`, or `malformed`.
 */
export async function requireNotRevoked(
  base: string,
  digest: string,
  signal?: AbortSignal,
): Promise<void> {
  const key = `xport-revoked-${digest}`;
  const address = listOf(base);
  if (address === null) return;
  const list = await fetched(address, signal);
  const found = list === OFFLINE || list === null ? null : revokedIn(list, digest);
  if (found) remember(key, JSON.stringify(found));
  const known = found ?? (JSON.parse(recall(key) ?? "null") as Revoked | null);
  if (known === null) return list === OFFLINE ? undefined : requireNewest(base, list, signal);
  const { reason, since } = known;
  throw new ManifestError("revoked", `Revoked since ${since}: ${reason}`, { reason, since });
}

/** Refuses a list, null where there is none, that is older than one that a channel names. */
async function requireNewest(
  base: string,
  list: string | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const number = list === null ? 0 : numberOf(list);
  for (const name of CHANNELS) {
    const text = await fetched(new URL(`../../channels/${name}.json`, base).href, signal);
    const named = typeof text === "string" ? numberNamed(text) : 0;
    if (number >= named) continue;
    const there = number === 0 ? "there is none" : `there is number ${number}`;
    const words = `Channel ${name} names number ${named} of the list of revoked releases; ${there}.`;
    throw new ManifestError("withheld", words);
  }
}

/** The number of a list that could be read; 0 of a host's page in its place. */
function numberOf(list: string): number {
  if (isPage(list)) return 0;
  return (payloadOf(JSON.parse(list) as Envelope) as { sequence: number }).sequence;
}

/** The number of the list that a channel's file names; 0 where it names none or cannot be read. */
export function numberNamed(text: string): number {
  try {
    const file = JSON.parse(text) as Envelope & { revocations?: unknown };
    const channel = file.payload === undefined ? file : (payloadOf(file) as typeof file);
    return typeof channel.revocations === "number" ? channel.revocations : 0;
  } catch {
    return 0; // whoever damages it could withhold it, too
  }
}

/** Where the list of the target lies whose release a page is; null where it lies in none. */
export function listOf(base: string): string | null {
  const { pathname } = new URL(base);
  return /\/releases\/[^/]+\/$/.test(pathname)
    ? new URL("../../revocations.json", base).href
    : null;
}

/** What a list says of a release; null where it is not in it. A host's page in its place is no list. */
export function revokedIn(text: string, digest: string): Revoked | null {
  if (isPage(text)) return null;
  try {
    const envelope = JSON.parse(text) as Envelope;
    const { payloadType } = envelope;
    if (payloadType !== PAYLOAD_TYPE) throw new Error(`payloadType is ${payloadType}`);
    const { revoked } = payloadOf(envelope) as { revoked: Revoked[] };
    return revoked.find((one) => one.manifest_sha256 === digest) ?? null;
  } catch (error) {
    const words = `The list of revoked releases beside this page cannot be read (${String(error)}).`;
    throw new ManifestError("malformed", words);
  }
}

interface Envelope {
  readonly payload?: string;
  readonly payloadType?: string;
}

function payloadOf({ payload = "" }: Envelope): unknown {
  const bytes = Uint8Array.from(atob(payload), (one) => one.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function isPage(text: string): boolean {
  return text.trimStart().startsWith("<");
}

const OFFLINE = Symbol("offline");

/** What a host answers; null where it has no such file. */
async function fetched(
  address: string,
  signal: AbortSignal | undefined,
): Promise<string | null | typeof OFFLINE> {
  try {
    return await withinTime(ANSWER_S, signal, async (limit) => {
      const how = { cache: "no-store", redirect: "error", signal: limit } as const;
      const response = await fetch(address, how);
      return response.ok ? await response.text() : null;
    });
  } catch {
    requireWanted(signal);
    return OFFLINE; // without a network the page goes on, as it does with everything that it has
  }
}
