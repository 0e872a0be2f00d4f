import { EngineError, type TensorSpec, type Values } from "../../engine/index.js";
import { compare, type Pair } from "./comparison.js";
import type { DataFile } from "./manifest.js";
import type { SelfTest } from "./protocol.js";
import { plansOf, type ModelPlan, type Release } from "./release.js";
import type { Case } from "./self_test.js";
import type { SelfTestCheck } from "./report.js";
import { contentOf, type Models } from "./worker_models.js";

type Blobs = SelfTest["blobs"];

/**
 * Runs every case of every model and holds the outputs to the bounds.
 *
 * @param done told how many cases have run.
 * Throws EngineError where a case cannot be run.
 */
export async function runSelfTest(
  models: Models,
  release: Release,
  { document, blobs }: SelfTest,
  done: (cases: number) => void,
): Promise<SelfTestCheck[]> {
  const checks: SelfTestCheck[] = [];
  let cases = 0;
  for (const plan of plansOf(release)) {
    const test = document.models[plan.id];
    if (!test) throw new EngineError("file-refused", `the self-test has no case of ${plan.id}`);
    const pairs = new Map<string, Pair[]>();
    for (const one of test.cases) {
      for (const [output, pair] of await runCase(models, plan, one, blobs)) {
        pairs.set(output, [...(pairs.get(output) ?? []), pair]);
      }
      done((cases += 1));
    }
    checks.push(...compare(plan.id, test, pairs));
  }
  return checks;
}

async function runCase(
  models: Models,
  { id, signature }: ModelPlan,
  { inputs, outputs }: Case,
  blobs: Blobs,
): Promise<ReadonlyMap<string, Pair>> {
  const given = new Map<string, Values>();
  for (const spec of signature.inputs) {
    given.set(spec.name, await valuesOf(inputs[spec.name], spec, blobs));
  }
  const found = await models.outputs(id, given);
  const pairs = new Map<string, Pair>();
  for (const spec of signature.outputs) {
    const expected = await valuesOf(outputs[spec.name], spec, blobs);
    pairs.set(spec.name, { found: found.get(spec.name) ?? new Float32Array(), expected });
  }
  return pairs;
}

/** Little-endian values in C order. Throws EngineError `file-refused`. */
async function valuesOf(
  file: DataFile | undefined,
  spec: TensorSpec,
  blobs: Blobs,
): Promise<Values> {
  if (!file) throw new EngineError("file-refused", `the self-test lacks ${spec.name}`);
  const content = await contentOf(blobs, file, file.path);
  const each = spec.dtype === "bool" ? 1 : 4;
  const count = spec.shape.reduce((product, size) => product * size, 1);
  if (content.byteLength !== count * each) {
    const words = `${file.path}: ${count * each} bytes expected, ${content.byteLength} found`;
    throw new EngineError("file-refused", words, { file: file.path });
  }
  if (spec.dtype === "bool") return new Uint8Array(content);
  return spec.dtype === "int32" ? new Int32Array(content) : new Float32Array(content);
}
