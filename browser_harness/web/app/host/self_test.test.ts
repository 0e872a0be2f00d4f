import { describe, expect, it } from "vitest";

import { casesOf, parseSelfTest, type Tested } from "./self_test.js";

const SHA = "0123456789abcdef".repeat(4);
const file = (name: string) => ({ path: `self_test/${name}.bin`, sha256: SHA, bytes: 8 });
const spec = (name: string) => ({ name, shape: [1, 2], dtype: "float32" as const });
const because = "the policy's";
const MODELS: Tested[] = [
  { id: "clf", signature: { inputs: [spec("image")], outputs: [spec("y"), spec("map")] } },
];

/** A good self-test as JSON, to be spoilt. */
function good() {
  const one = {
    probe: "photograph-03",
    inputs: { image: file("in") } as Record<string, unknown>,
    outputs: { y: file("y"), map: file("map") } as Record<string, unknown>,
  };
  const clf = {
    cases: [one],
    tolerances: [{ output: "y", max_abs: 1e-5, because }],
    likenesses: [{ output: "map", min_cosine: 0.99, max_relative_l2: 0.1, because }],
  };
  return {
    schema_version: 1,
    models: { clf } as Record<string, typeof clf>,
    pictures: [{ path: "examples/phantom-1.png", inputs: { clf: SHA } }],
  };
}

type Json = ReturnType<typeof good>;
const parse = (json: unknown) => {
  const content = new TextEncoder().encode(JSON.stringify(json));
  return parseSelfTest(content, "self_test.json", MODELS);
};

describe("parseSelfTest", () => {
  it("reads a self-test", () => {
    const found = parse(good());
    expect(found).toEqual(good());
    expect(casesOf(found, MODELS)).toBe(1);
  });

  it.each<[string, (json: Json) => void, RegExp]>([
    ["of another version", (t) => (t.schema_version = 2), /version 1 only/],
    ["without a case of a model", (t) => (t.models["clf"]!.cases = []), /clf has no case/],
    ["without a model", (t) => delete t.models["clf"], /clf has no case/],
    [
      "without a bound of an output",
      (t) => (t.models["clf"]!.tolerances = []),
      /y of clf has no b/,
    ],
    [
      "with a bound of no output",
      (t) => (t.models["clf"]!.tolerances[0]!.output = "z"),
      /no bound/,
    ],
    [
      "with a bound that everything meets",
      (t) => (t.models["clf"]!.tolerances[0]!.max_abs = Infinity),
      /max_abs is null/,
    ],
    [
      "with a bound of 0",
      (t) => (t.models["clf"]!.tolerances[0]!.max_abs = 0),
      /max_abs is 0, not above 0/,
    ],
    [
      "with a cosine above 1",
      (t) => (t.models["clf"]!.likenesses[0]!.min_cosine = 1.5),
      /min_cosine is 1.5/,
    ],
    [
      "without an output of a case",
      (t) => delete t.models["clf"]!.cases[0]!.outputs["y"],
      /outputs are not the model's/,
    ],
    [
      "without an input of a case",
      (t) => (t.models["clf"]!.cases[0]!.inputs = {}),
      /inputs are not the model's/,
    ],
    [
      "whose file lies elsewhere",
      (t) => (t.models["clf"]!.cases[0]!.inputs["image"] = { ...file("in"), path: "../in.bin" }),
      /not a path below this page/,
    ],
    ["with a digest that is none", (t) => (t.pictures[0]!.inputs.clf = "?"), /not a SHA-256/],
  ])("refuses one %s", (_, spoil, words) => {
    const json = structuredClone(good());
    spoil(json);
    expect(() => parse(json)).toThrow(words);
    expect(() => parse(json)).toThrow(expect.objectContaining({ code: "file-refused" }));
  });
});
