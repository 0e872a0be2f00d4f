import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { SiteBounds } from "./manifest.js";
import { fetchSite, readSite, withSite } from "./site.js";
import type { Release } from "./release.js";

const TYPE = "application/vnd.xport.site+json";
const DIGEST = "a".repeat(64);
const NOW = "2026-06-15T12:00:00Z";
const BOUNDS: SiteBounds = {
  gate_thresholds: { ssim: [0.4, 0.7] },
  operating_points: [0.1, 0.9],
  keys: [],
};
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
let keys: CryptoKeyPair;
let publicKey = "";

beforeAll(async () => {
  keys = (await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"])) as CryptoKeyPair;
  publicKey = base64(new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)));
});

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

const payloadOf = (changes: object = {}) => ({
  schema_version: 1,
  site: "Sample hospital",
  made: "2026-06-01",
  until: "2026-12-31",
  manifest_sha256: DIGEST,
  public_key: publicKey,
  gate_thresholds: { ssim: 0.5 },
  operating_points: { Mass: 0.3 },
  notice: "NOT FOR MEDICAL USE",
  ...changes,
});

/** The file, signed; `after` is done to the payload once it has been. */
async function file(payload: object, after = (text: string) => text): Promise<ArrayBuffer> {
  const text = JSON.stringify(payload);
  const bytes = new TextEncoder().encode(text);
  const head = new TextEncoder().encode(`DSSEv1 ${TYPE.length} ${TYPE} ${bytes.length} `);
  const pair = await crypto.subtle.sign(ECDSA, keys.privateKey, Uint8Array.of(...head, ...bytes));
  const spki = Uint8Array.from(atob(publicKey), (one) => one.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", spki));
  const envelope = {
    payload: base64(new TextEncoder().encode(after(text))),
    payloadType: TYPE,
    signatures: [
      {
        keyid: [...digest].map((one) => one.toString(16).padStart(2, "0")).join(""),
        sig: base64(derOf(new Uint8Array(pair))),
      },
    ],
  };
  return new TextEncoder().encode(JSON.stringify(envelope)).buffer;
}

function derOf(pair: Uint8Array): Uint8Array {
  const numbers = [pair.subarray(0, 32), pair.subarray(32)].map((number) => {
    const start = number.findIndex((byte) => byte !== 0);
    const digits = [...number.subarray(start)];
    const body = digits[0]! > 127 ? [0, ...digits] : digits;
    return [2, body.length, ...body];
  });
  const body = numbers.flat();
  return Uint8Array.of(0x30, body.length, ...body);
}

const held = (bounds: SiteBounds | null = BOUNDS) => ({ bounds, digest: DIGEST, now: NOW });

describe("a site configuration", () => {
  test("is taken with its words and the fingerprint that it claims", async () => {
    const { configuration, fingerprint } = await readSite(await file(payloadOf()), held());
    expect(configuration.site).toBe("Sample hospital");
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test("holds on its last day", async () => {
    const last = await file(payloadOf({ until: "2026-06-15" }));
    await expect(readSite(last, held())).resolves.toBeDefined();
  });

  test.each([
    ["another bundle", { manifest_sha256: "b".repeat(64) }, "for another bundle"],
    ["ended", { until: "2026-06-14" }, "it ended on 2026-06-14"],
    ["above", { gate_thresholds: { ssim: 0.71 } }, "allows 0.4 to 0.7"],
    ["no number", { gate_thresholds: { ssim: null } }, "not a finite number"],
    ["another score", { gate_thresholds: { l1: 0.5 } }, "does not let it be set"],
    ["inherited", { gate_thresholds: { constructor: 0.5 } }, "does not let it be set"],
    ["point below", { operating_points: { Mass: 0.05 } }, "allows 0.1 to 0.9"],
    ["another key of the document", { models: {} }, "models is not a field"],
    ["no name", { site: "" }, "site is"],
    ["a name that turns lines around", { site: "a\u202eb" }, "site is"],
    ["version", { schema_version: 2 }, "schema_version"],
  ])("is refused whole: %s", async (_, changes, words) => {
    await expect(readSite(await file(payloadOf(changes)), held())).rejects.toThrow(words);
  });

  test("is refused where anything was changed after it was signed", async () => {
    const changed = await file(payloadOf(), (text) => text.replace("0.5", "0.6"));
    await expect(readSite(changed, held())).rejects.toThrow("signature is not of the key");
  });

  test("is refused of a key that the release does not allow, and of a release without bounds", async () => {
    const good = await file(payloadOf());
    const others = { ...BOUNDS, keys: ["c".repeat(64)] };
    await expect(readSite(good, held(others))).rejects.toThrow("does not allow");
    await expect(readSite(good, held(null))).rejects.toThrow("allows no site configuration");
  });

  test.each(["", "{}", "<html>", '{"payload":"","payloadType":"x","signatures":[]}'])(
    "is refused where it is none: %s",
    async (content) => {
      const bytes = new TextEncoder().encode(content).buffer;
      await expect(readSite(bytes, held())).rejects.toThrow("site.json");
    },
  );

  test("sets thresholds and says whose they are; what the release has not is refused", async () => {
    const site = await readSite(await file(payloadOf()), held());
    const point = { finding: "Mass", threshold: 0.6 };
    const release = {
      classifier: { calibration: { dataset: "phantoms", points: [point] } },
      rule: {
        conditions: [
          { score: "mean_level", label: null, comparison: "at least", threshold: 0.1 },
          { score: "ssim", label: null, comparison: "at least", threshold: 0.6 },
        ],
      },
    } as unknown as Release;
    const found = withSite(release, site);
    expect(found.rule?.conditions.map(({ threshold }) => threshold)).toEqual([0.1, 0.5]);
    expect(found.classifier.calibration).toMatchObject({
      dataset: "phantoms, Sample hospital",
      points: [{ threshold: 0.3 }],
    });
    expect(withSite(release, null)).toBe(release);
    const none = { ...release, rule: null };
    expect(() => withSite(none, site)).toThrow("no score ssim");
  });
});

describe("beside the page", () => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const answered = async (answer: () => Response, base = "https://host.example/") => {
    vi.stubGlobal("localStorage", storage);
    vi.stubGlobal("fetch", () => Promise.resolve().then(answer));
    const found = await fetchSite(base);
    return found && new TextDecoder().decode(found);
  };
  const offline = () => {
    throw new TypeError("Failed to fetch");
  };
  const portal = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  afterEach(() => {
    vi.unstubAllGlobals();
    stored.clear();
  });

  test("the last one holds where the host does not answer, of this page alone", async () => {
    expect(await answered(offline)).toBe(null);
    expect(await answered(() => new Response("{ \u00fc }"))).toBe("{ \u00fc }");
    expect(await answered(offline)).toBe("{ \u00fc }");
    expect(await answered(() => new Response("", { status: 503 }))).toBe("{ \u00fc }");
    expect(await answered(portal)).toBe("{ \u00fc }");
    expect(await answered(offline, "https://host.example/other/")).toBe(null);
  });

  test("it is forgotten where the host answers without one, and replaced by a new one", async () => {
    await answered(() => new Response("{}"));
    expect(await answered(() => new Response("[]"))).toBe("[]");
    expect(await answered(offline)).toBe("[]");
    expect(await answered(() => new Response("", { status: 404 }))).toBe(null);
    expect(await answered(offline)).toBe(null);
  });
});
