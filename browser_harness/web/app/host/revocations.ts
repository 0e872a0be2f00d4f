// Twin: xport/publishing/revocations.py.

import { recall, remember } from "../storage.js";
import { ManifestError, requireWanted } from "./errors.js";
import { withinTime } from "./within_time.js";

/** Seconds for which the list is waited for. */
const ANSWER_S = 10;
const PAYLOAD_TYPE = "application/vnd.xport.revocations+json";

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
 * device that this very release is revoked. Throws ManifestError `revoked`, or `malformed`.
 */
export async function requireNotRevoked(
  base: string,
  digest: string,
  signal?: AbortSignal,
): Promise<void> {
  const key = `xport-revoked-${digest}`;
  const address = listOf(base);
  if (address === null) return;
  const text = await fetched(address, signal);
  const found = text === null ? null : revokedIn(text, digest);
  if (found) remember(key, JSON.stringify(found));
  const known = found ?? (JSON.parse(recall(key) ?? "null") as Revoked | null);
  if (known === null) return;
  const { reason, since } = known;
  throw new ManifestError("revoked", `Revoked since ${since}: ${reason}`, { reason, since });
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
  if (text.trimStart().startsWith("<")) return null;
  try {
    const { payload, payloadType } = JSON.parse(text) as Record<string, string>;
    if (payloadType !== PAYLOAD_TYPE) throw new Error(`payloadType is ${payloadType}`);
    const bytes = Uint8Array.from(atob(payload ?? ""), (one) => one.charCodeAt(0));
    const { revoked } = JSON.parse(new TextDecoder().decode(bytes)) as { revoked: Revoked[] };
    return revoked.find((one) => one.manifest_sha256 === digest) ?? null;
  } catch (error) {
    const words = `The list of revoked releases beside this page cannot be read (${String(error)}).`;
    throw new ManifestError("malformed", words);
  }
}

async function fetched(address: string, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    return await withinTime(ANSWER_S, signal, async (limit) => {
      const how = { cache: "no-store", redirect: "error", signal: limit } as const;
      const response = await fetch(address, how);
      return response.ok ? await response.text() : null;
    });
  } catch {
    requireWanted(signal);
    return null; // without a network the page goes on, as it does with everything that it has
  }
}
