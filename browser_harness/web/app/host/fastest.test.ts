import { describe, expect, it } from "vitest";

import { deferred, isSoftware, led, RememberedFastest } from "./fastest.js";

describe("known software renderers", () => {
  it.each([
    "ANGLE (Mesa, llvmpipe (LLVM 15.0.6 256 bits), OpenGL ES 3.2)",
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)",
    "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0)",
    "llvmpipe, or similar",
    "softpipe",
  ])("are told: %s", (renderer) => expect(isSoftware(renderer)).toBe(true));

  it.each([
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "Apple GPU",
    "Adreno (TM) 730",
    null,
  ])("are not taken for others: %s", (renderer) => expect(isSoftware(renderer)).toBe(false));
});

describe("the order of backends", () => {
  it("begins with a choice that the evidence covers", () => {
    expect(led("wasm", ["webgl", "wasm", "cpu"])).toEqual(["wasm", "webgl", "cpu"]);
    expect(led("webgl", ["wasm", "cpu"])).toEqual(["wasm", "cpu"]);
  });

  it("leaves plain JavaScript the last", () => {
    expect(deferred("webgl", ["wasm", "cpu"])).toEqual(["wasm", "webgl", "cpu"]);
  });
});

describe("RememberedFastest", () => {
  const stored = new Map<string, string>();
  const storage = () => ({
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });

  it("holds for the very release", () => {
    const of = (digest: string) => new RememberedFastest({ base: "/", digest }, storage);
    of("one").put("wasm");
    expect(of("one").get()).toBe("wasm");
    expect(of("other").get()).toBeNull();
  });

  it("forgets where nothing is kept", () => {
    const denied = () => {
      throw new DOMException("denied", "SecurityError");
    };
    const remembered = new RememberedFastest({ base: "/", digest: "one" }, denied);
    remembered.put("wasm");
    expect(remembered.get()).toBeNull();
  });
});
