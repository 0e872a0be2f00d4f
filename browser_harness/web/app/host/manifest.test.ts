import { describe, expect, it } from "vitest";

import { parseManifest } from "./manifest.js";
import { isPath } from "./paths.js";

const SHA = "0123456789abcdef".repeat(4);
const file = (path: string) => ({ path, sha256: SHA, bytes: 3 });
const tensor = { name: "image", shape: [1, 3, 32, 32], dtype: "float32" };

/** A good manifest as JSON, to be spoilt. */
function good() {
  const model = {
    kind: "classifier",
    title: "A classifier",
    path: "models/clf/",
    signature: { inputs: [tensor], outputs: [{ ...tensor, name: "logits", shape: [1, 2] }] },
    labels: ["a", "b"] as unknown,
    weights: null,
    explains: null as unknown,
    preprocess: file("models/clf/preprocess.json") as unknown,
    calibration: null,
    gate: null,
    card: file("models/clf/card.html"),
    files: { "model.json": { sha256: SHA, bytes: 3, path: null as unknown } },
  };
  return {
    schema_version: 3 as unknown,
    release: "1.2.3",
    title: "A tool",
    version: null,
    notice: "NOT FOR MEDICAL USE",
    verdict: "PASSED",
    wasm_threads: 1,
    models: { clf: model },
    self_test: file("self_test/self_test.json"),
    examples: [{ title: "A drawn chest", ...file("examples/phantom-1.png") }],
    tools: { xport: "0.1.0" },
    files: { "index.html": { sha256: SHA, bytes: 3, path: null } },
  };
}

type Json = ReturnType<typeof good>;
const parse = (json: unknown) => parseManifest(new TextEncoder().encode(JSON.stringify(json)));

describe("parseManifest", () => {
  it("reads a manifest", () => {
    expect(parse(good())).toEqual({
      ...good(),
      publishable: null,
      unshown: {},
      notes: [],
      backends: null,
      faithful_to: "PyTorch",
      site: null,
      rule: null,
      publisher: null,
      corrections: [],
    });
  });

  it("reads which corrections were verified, and refuses any other", () => {
    expect(parse({ ...good(), corrections: ["turn-90", "mirror"] })).toMatchObject({
      corrections: ["turn-90", "mirror"],
    });
    expect(() => parse({ ...good(), corrections: ["sharpen"] })).toThrow("no list of corrections");
  });

  it("reads what the page does not show, and why", () => {
    const said = { publishable: false, unshown: { seg: "it has no preprocess" } };
    expect(parse({ ...good(), ...said })).toEqual({
      ...good(),
      notes: [],
      backends: null,
      faithful_to: "PyTorch",
      site: null,
      rule: null,
      publisher: null,
      corrections: [],
      ...said,
    });
  });

  it("reads what a site may set, and refuses bounds that are none", () => {
    const site = { gate_thresholds: { ssim: [0.4, 0.7] }, operating_points: null, keys: [SHA] };
    expect(parse({ ...good(), site })).toMatchObject({ site });
    const wrong = { ...site, gate_thresholds: { ssim: [0.4] } };
    expect(() => parse({ ...good(), site: wrong })).toThrow("not two numbers");
    expect(() => parse({ ...good(), site: { ...site, models: {} } })).toThrow("not a field");
  });

  it("reads who claims the release, and refuses a claim without its key", () => {
    const publisher = {
      name: "Radiology, Example Hospital",
      fingerprint: SHA,
      judged: "2026-11-30T12:00:00+00:00",
      key: file("publisher.pub"),
    };
    expect(parse({ ...good(), publisher })).toMatchObject({ publisher });
    expect(() => parse({ ...good(), publisher: { ...publisher, judged: "soon" } })).toThrow("date");
    expect(() => parse({ ...good(), publisher: { ...publisher, key: {} } })).toThrow(
      "publisher.key",
    );
    const short = { ...publisher, fingerprint: "abc" };
    expect(() => parse({ ...good(), publisher: short })).toThrow("not a SHA-256");
  });

  it("reads where the rule lies by which images are accepted", () => {
    expect(parse({ ...good(), rule: file("rule.json") }).rule).toEqual(file("rule.json"));
    expect(() => parse({ ...good(), rule: file("../rule.json") })).toThrow(/rule.path/);
  });

  it("reads what stands beside the verdict, and on what it was verified", () => {
    const said = {
      verdict: "WEAK_PASSED",
      notes: [{ kind: "below-floor", text: "policy.min_probes: 1, at least 3 are wanted" }],
      backends: ["wasm"],
    };
    expect(parse({ ...good(), ...said })).toMatchObject(said);
  });

  it("reads a verdict that rests on waivers", () => {
    const said = {
      verdict: "PASSED_WITH_WAIVERS",
      notes: [{ kind: "waiver", text: "waived up to 2e-5 until 2027-06-30 by Ada Example" }],
    };
    expect(parse({ ...good(), ...said })).toMatchObject(said);
  });

  it.each<[string, (json: Json) => void, string, RegExp]>([
    [
      "of an older version",
      (m) => (m.schema_version = 2),
      "version",
      /version 2; this page knows 3/,
    ],
    ["of no version", (m) => (m.schema_version = undefined), "version", /undefined/],
    ["that has not passed", (m) => (m.verdict = "FAILED"), "not-passed", /has not passed/],
    ["without models", (m) => (m.models = {} as never), "malformed", /models is {}, empty/],
    [
      "that may be publishable",
      (m) => Object.assign(m, { publishable: "maybe" }),
      "malformed",
      /publishable is "maybe", neither true nor false/,
    ],
    [
      "with a model unshown for no reason",
      (m) => Object.assign(m, { unshown: { seg: 3 } }),
      "malformed",
      /unshown.seg is 3/,
    ],
    [
      "with a note that is no sentence",
      (m) => Object.assign(m, { notes: [{ kind: "advisory", text: 2 }] }),
      "malformed",
      /notes.0..text is 2/,
    ],
    [
      "verified on no backend",
      (m) => Object.assign(m, { backends: [] }),
      "malformed",
      /backends is \[\], not a list of backends/,
    ],
    [
      "verified on a backend that this page has not",
      (m) => Object.assign(m, { backends: ["wasm", "webgpu"] }),
      "malformed",
      /not a list of backends/,
    ],
    ["with half a thread", (m) => (m.wasm_threads = 0.5), "malformed", /wasm_threads is 0.5/],
    ["with an unknown field", (m) => Object.assign(m, { more: 1 }), "malformed", /more is not a f/],
    ["without a self-test", (m) => (m.self_test = null as never), "malformed", /self_test is null/],
    [
      "with a tool that is no text",
      (m) => (m.tools.xport = 1 as never),
      "malformed",
      /tools.xport/,
    ],
    [
      "with a digest that is none",
      (m) => (m.models.clf.files["model.json"].sha256 = "AB"),
      "malformed",
      /sha256 is "AB", not a SHA-256/,
    ],
    [
      "with a file of a negative length",
      (m) => (m.models.clf.files["model.json"].bytes = -1),
      "malformed",
      /bytes is -1/,
    ],
    [
      "whose shard lies elsewhere",
      (m) => (m.models.clf.files["model.json"].path = "../model.json"),
      "malformed",
      /not a path below this page/,
    ],
    [
      "whose model lies elsewhere",
      (m) => (m.models.clf.path = "https://example.org/"),
      "malformed",
      /not a folder below this page/,
    ],
    [
      "with a file of a name that leads elsewhere",
      (m) => Object.assign(m.files, { "//example.org/x": m.files["index.html"] }),
      "malformed",
      /names \/\/example.org\/x, no path/,
    ],
    [
      "with an example that lies elsewhere",
      (m) => (m.examples[0]!.path = "/etc/passwd"),
      "malformed",
      /examples\[0\].path/,
    ],
    [
      "with an open dimension",
      (m) => (m.models.clf.signature.inputs[0]!.shape[0] = -1),
      "malformed",
      /shape.0 is -1/,
    ],
    [
      "with no labels in their place",
      (m) => (m.models.clf.labels = []),
      "malformed",
      /labels is \[\]/,
    ],
    [
      "that explains what is not there",
      (m) => (m.models.clf.explains = "constructor"),
      "unusable",
      /explains no classifier/,
    ],
  ])("refuses one %s", (_, spoil, code, words) => {
    const json = structuredClone(good());
    spoil(json);
    expect(() => parse(json)).toThrow(words);
    expect(() => parse(json)).toThrow(expect.objectContaining({ name: "ManifestError", code }));
  });

  it.each(["", "[]", "null", "3", "<!doctype html>", '{"schema_version": 3'])(
    "refuses %j in its place",
    (text) => {
      const content = new TextEncoder().encode(text);
      expect(() => parseManifest(content)).toThrow(
        expect.objectContaining({ name: "ManifestError" }),
      );
    },
  );
});

describe("isPath", () => {
  it.each(["a", "models/clf/group1-shard1of3.bin", ".htaccess", "licenses/picture.worker.md"])(
    "takes %j",
    (path) => {
      expect(isPath(path)).toBe(true);
      expect(new URL(path, "https://example.org/tool/").pathname).toBe(`/tool/${path}`);
    },
  );

  it.each([
    ...["", "/a", "a//b", "a/", "..", "a/../b", ".", "a/./b", "%2e%2e/a", "a\\b", "a?b", "a#b"],
    ...["https://example.org", "//example.org", "javascript:1", "a b", "a\n", "ä", null, 1],
  ])("refuses %j", (path) => {
    expect(isPath(path)).toBe(false);
  });
});
