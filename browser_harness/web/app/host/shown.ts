import { ManifestError } from "./errors.js";
import type { BundledModel, Manifest } from "./manifest.js";

/** The models that this page would run, by id: what it shows of a release. */
export interface ShownModels {
  readonly classifier: Entry;
  readonly autoencoder: Entry | null;
  readonly view: Entry | null;
  readonly explanation: Entry | null;
}

type Entry = readonly [id: string, model: BundledModel];

/**
 * The first classifier, the first autoencoder, the first view model, and what explains the
 * classifier.
 *
 * A release may have been verified and hold nothing that this page knows how to show. Its twin,
 * `xport/plan/page_models.py`, says so when a bundle is made. Throws ManifestError `nothing-to-show`.
 */
export function shownOf({ models }: Pick<Manifest, "models">): ShownModels {
  const entries = Object.entries(models);
  const classifier = entries.find(([, { kind }]) => kind === "classifier");
  if (!classifier) throw nothing("This release holds no classifier of images.");
  const autoencoder = entries.find(([, { kind }]) => kind === "autoencoder") ?? null;
  const view = entries.find(([, { kind }]) => kind === "view") ?? null;
  const explanation = entries.find(([, { explains }]) => explains === classifier[0]) ?? null;
  for (const one of [classifier, autoencoder, view, explanation]) {
    if (one && !one[1].preprocess) {
      throw nothing(`${one[0]} has no preprocessing, so no image becomes its input.`);
    }
  }
  for (const one of [classifier, view]) {
    if (!one) continue;
    requireOutput(one, "probabilities", ({ shape }, { labels }) => {
      return labels !== null && shape[1] === labels.length;
    });
  }
  if (autoencoder) requireOutput(autoencoder, "reconstruction");
  return { classifier, autoencoder, view, explanation };
}

type Output = BundledModel["signature"]["outputs"][number];

function requireOutput(
  [id, model]: Entry,
  name: string,
  fits: (output: Output, model: BundledModel) => boolean = () => true,
): void {
  const output = model.signature.outputs.find((one) => one.name === name);
  if (output && fits(output, model)) return;
  throw nothing(`${id} has no output ${name} that this page can show.`);
}

function nothing(words: string): ManifestError {
  return new ManifestError("nothing-to-show", words);
}
