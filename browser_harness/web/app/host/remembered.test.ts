import { beforeEach, describe, expect, it } from "vitest";

import { RememberedTests, type StorageLike, type TestedOn } from "./remembered.js";
import type { SelfTestReport } from "./report.js";

const ON: TestedOn = {
  base: "https://example.org/tool/",
  digest: "ab".repeat(32),
  backend: "webgl",
  environment: { userAgent: "A browser 1", renderer: "A card", tfjs: "4.22.0" },
};
const PASSED: SelfTestReport = {
  passed: true,
  backend: "webgl",
  made: "2026-01-02T03:04:05.000Z",
  seconds: 2,
  remembered: false,
  checks: [],
  error: null,
};

class MemoryStorage implements StorageLike {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

describe("RememberedTests", () => {
  let storage: MemoryStorage;
  let tests: RememberedTests;

  beforeEach(() => {
    storage = new MemoryStorage();
    tests = new RememberedTests(() => storage);
  });

  it("remembers a test that was passed", () => {
    tests.put(ON, PASSED);
    expect(tests.get(ON)).toEqual({ ...PASSED, remembered: true });
  });

  it.each([
    ["release", { digest: "cd".repeat(32) }],
    ["backend", { backend: "wasm" as const }],
    ["page", { base: "https://example.org/other/" }],
    ["browser", { environment: { ...ON.environment, userAgent: "A browser 2" } }],
    ["graphics processor", { environment: { ...ON.environment, renderer: null } }],
    ["TF.js", { environment: { ...ON.environment, tfjs: "4.23.0" } }],
  ])("does not take it for that of another %s", (_, change) => {
    tests.put(ON, PASSED);
    expect(tests.get({ ...ON, ...change })).toBeNull();
  });

  it("keeps one test for each page and backend", () => {
    tests.put(ON, PASSED);
    tests.put({ ...ON, digest: "cd".repeat(32) }, PASSED);
    expect(storage.items.size).toBe(1);
  });

  it("never remembers one that failed, and forgets the one before", () => {
    tests.put(ON, PASSED);
    tests.put(ON, { ...PASSED, passed: false });
    expect(storage.items.size).toBe(0);
  });

  it.each(["", "null", "{}", "[1]", '{"on": 1}', "no JSON"])("ignores %j in its place", (text) => {
    tests.put(ON, PASSED);
    for (const key of storage.items.keys()) storage.items.set(key, text);
    expect(tests.get(ON)).toBeNull();
  });

  it("does without storage", () => {
    const without = new RememberedTests(() => {
      throw new DOMException("denied", "SecurityError");
    });
    without.put(ON, PASSED);
    without.forget(ON);
    expect(without.get(ON)).toBeNull();
  });
});
