import { expect, test } from "vitest";
import { stopOf } from "./stop.js";

const attempt = { backend: "cpu", code: "self-test-failed", reason: "r", selfTest: null };

test.each([
  [new DOMException("x", "AbortError"), "cancelled"],
  [Object.assign(new Error("x"), { code: "unreachable" }), "failed"],
  [Object.assign(new Error("x"), { code: "offline" }), "failed"],
  [Object.assign(new Error("x"), { code: "release-changed" }), "failed"],
  [Object.assign(new Error("x"), { code: "file-refused" }), "release"],
  [Object.assign(new Error("x"), { name: "ManifestError", code: "not-passed" }), "release"],
  [Object.assign(new Error("x"), { name: "ManifestError", code: "nothing-to-show" }), "release"],
  [Object.assign(new Error("x"), { code: "nothing-passes", attempts: [attempt] }), "device"],
  ["nothing known", "failed"],
] as const)("%s is an end of kind %s", (error, kind) => {
  expect(stopOf(error).kind).toBe(kind);
});
