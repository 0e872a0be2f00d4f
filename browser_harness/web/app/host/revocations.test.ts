import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listOf, requireNotRevoked, revokedIn } from "./revocations.js";

const DIGEST = "0123456789abcdef".repeat(4);
const BASE = "https://host.example/tool/releases/chest-1.0.0-0123456789abcdef/";
const REASON = "Befund 4 wurde an falsch beschrifteten Bildern gelernt";

function list(digest: string, payloadType = "application/vnd.xport.revocations+json"): string {
  const revoked = [{ manifest_sha256: digest, reason: REASON, since: "2026-01-02T03:04:05Z" }];
  const bytes = new TextEncoder().encode(JSON.stringify({ revoked, sequence: 2 }));
  return JSON.stringify({ payload: btoa(String.fromCharCode(...bytes)), payloadType });
}

test("the list lies in the target, two folders above a release's", () => {
  expect(listOf(BASE)).toBe("https://host.example/tool/revocations.json");
  expect(listOf("https://host.example/tool/")).toBeNull();
  expect(listOf("https://host.example/releases/")).toBeNull();
});

describe("a list", () => {
  test("says why the release is revoked that it names, and nothing of another", () => {
    expect(revokedIn(list(DIGEST), DIGEST)?.reason).toBe(REASON);
    expect(revokedIn(list("f".repeat(64)), DIGEST)).toBeNull();
  });

  test("is none where a host answers with its page", () => {
    expect(revokedIn("\n<!doctype html>", DIGEST)).toBeNull();
  });

  test.each(["", "{}", "null", list(DIGEST, "text/plain"), '{"payload": "e30="}'])(
    "that cannot be read is told: %s",
    (text) => expect(() => revokedIn(text, DIGEST)).toThrow("cannot be read"),
  );
});

describe("a page", () => {
  const kept = new Map<string, string>();
  let answer: () => Promise<Response>;

  beforeEach(() => {
    vi.stubGlobal("fetch", () => answer());
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
  });

  afterEach(() => {
    kept.clear();
    vi.unstubAllGlobals();
  });

  const with_ = (text: string) => async () => new Response(text);
  const absent = async () => new Response("", { status: 404 });
  const offline = () => Promise.reject(new TypeError("Failed to fetch"));

  test("refuses its release from then on, without a network too", async () => {
    answer = with_(list(DIGEST));
    await expect(requireNotRevoked(BASE, DIGEST)).rejects.toThrow(REASON);
    for (answer of [offline, absent]) {
      await expect(requireNotRevoked(BASE, DIGEST)).rejects.toMatchObject({ code: "revoked" });
    }
  });

  test("goes on where another is revoked, where there is no list, and offline", async () => {
    for (answer of [with_(list("f".repeat(64))), absent, offline, with_("<html>")]) {
      await requireNotRevoked(BASE, DIGEST);
    }
  });

  test.each([
    [3, list("f".repeat(64)), "names number 3 of the list of revoked releases; there is number 2"],
    [1, "<html>", "names number 1 of the list of revoked releases; there is none"],
    [1, null, "there is none"],
  ])("refuses an older list than number %i, or a missing one", async (number, text, words) => {
    const payload = btoa(JSON.stringify({ revocations: number }));
    for (const channel of [{ payload }, { revocations: number }]) {
      vi.stubGlobal("fetch", async (address: string) => {
        if (address === "https://host.example/tool/channels/next.json") {
          return new Response(JSON.stringify(channel));
        }
        if (!address.endsWith("/revocations.json") || text === null) return absent();
        return new Response(text);
      });
      const refused = expect(requireNotRevoked(BASE, DIGEST)).rejects;
      await refused.toMatchObject({ code: "withheld", message: expect.stringContaining(words) });
    }
  });

  test("goes on where no channel names a newer list, or none can be read", async () => {
    for (const text of ["{}", "no JSON", '{"payload": "="}', '{"revocations": 2}']) {
      vi.stubGlobal("fetch", async (address: string) => {
        const asked = address.endsWith("/revocations.json");
        return new Response(asked ? list("f".repeat(64)) : text);
      });
      await requireNotRevoked(BASE, DIGEST);
    }
  });

  test("asks for nothing where it lies in no target", async () => {
    answer = () => Promise.reject(new Error("asked"));
    await requireNotRevoked("https://host.example/tool/", DIGEST);
  });
});
