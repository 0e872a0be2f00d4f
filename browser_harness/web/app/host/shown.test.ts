import { describe, expect, it } from "vitest";

import type { BundledModel, Manifest } from "./manifest.js";
import { shownOf } from "./shown.js";

const file = { path: "models/x/preprocess.json", sha256: "0".repeat(64), bytes: 3 };
const output = (name: string, ...shape: number[]) => ({ name, shape, dtype: "float32" });

function model(kind: BundledModel["kind"], outputs: object[], changes: object = {}): BundledModel {
  const signature = { inputs: [output("image", 1, 3, 8, 8)], outputs };
  const labels = kind === "classifier" ? ["a", "b"] : null;
  const rest = { kind, signature, labels, preprocess: file, explains: null };
  return { ...rest, ...changes } as unknown as BundledModel;
}

const classifier = (changes: object = {}) =>
  model("classifier", [output("probabilities", 1, 2)], changes);
const shown = (models: Record<string, BundledModel>) =>
  shownOf({ models } as Pick<Manifest, "models">);

describe("shownOf", () => {
  it("takes the first of each kind beside the classifier, and what explains it", () => {
    const found = shown({
      other: model("other", []),
      clf: classifier(),
      second: classifier(),
      ae: model("autoencoder", [output("reconstruction", 1, 1, 8, 8)]),
      view: model("view", [output("probabilities", 1, 2)], { labels: ["frontal", "other"] }),
      why2: model("explanation", [], { explains: "second" }),
      why: model("explanation", [], { explains: "clf" }),
    });
    expect(found.classifier[0]).toBe("clf");
    expect(found.autoencoder?.[0]).toBe("ae");
    expect(found.view?.[0]).toBe("view");
    expect(found.explanation?.[0]).toBe("why");
  });

  it.each<[string, Record<string, BundledModel>, RegExp]>([
    ["models of other kinds alone", { seg: model("other", []) }, /no classifier of images/],
    ["an autoencoder alone", { ae: model("autoencoder", []) }, /no classifier of images/],
    [
      "a view model without a probability for every label",
      {
        clf: classifier(),
        view: model("view", [output("probabilities", 1, 3)], { labels: ["a"] }),
      },
      /view has no output probabilities/,
    ],
    ["a classifier of sounds", { clf: classifier({ preprocess: null }) }, /no image becomes its/],
    [
      "a classifier without probabilities",
      { clf: model("classifier", [output("logits", 1, 2)]) },
      /clf has no output probabilities/,
    ],
    [
      "a classifier with a value too many",
      { clf: model("classifier", [output("probabilities", 1, 3)]) },
      /clf has no output probabilities/,
    ],
    [
      "an autoencoder that is given no image",
      { clf: classifier(), ae: model("autoencoder", [], { preprocess: null }) },
      /^ae has no preprocessing/,
    ],
    [
      "an autoencoder without a reconstruction",
      { clf: classifier(), ae: model("autoencoder", [output("latent", 1, 4)]) },
      /^ae has no output reconstruction/,
    ],
  ])("finds nothing to show in %s", (_, models, words) => {
    expect(() => shown(models)).toThrow(words);
    expect(() => shown(models)).toThrow(expect.objectContaining({ code: "nothing-to-show" }));
  });
});
