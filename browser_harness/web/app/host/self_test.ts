// Twin: xport/bundles/self_test.py and xport/bundles/self_test_checks.py.

import {
  finite,
  list,
  object,
  parseJson,
  refused,
  requireFields,
  text,
  version1,
  whole,
  type DocumentName,
  type Fields,
} from "../../engine/fields.js";
import type { Signature } from "../../engine/types.js";
import type { DataFile } from "./manifest.js";
import { isPath } from "./paths.js";

/** A golden input and what PyTorch made of it. */
export interface Case {
  readonly probe: string;
  readonly inputs: Readonly<Record<string, DataFile>>;
  readonly outputs: Readonly<Record<string, DataFile>>;
}

/** How far an output may be from PyTorch's anywhere. */
export interface Tolerance {
  readonly output: string;
  readonly max_abs: number;
  readonly because: string;
}

/** How near a map has to be to PyTorch's, relative to its norm. */
export interface RelativeTolerance {
  readonly output: string;
  /** Holds in each case. */
  readonly min_cosine: number;
  /** Over all cases: root of squared differences over squared references. */
  readonly max_relative_l2: number;
  readonly because: string;
}

/** The cases of one model and its bounds. */
export interface ModelTest {
  readonly cases: readonly Case[];
  readonly tolerances: readonly Tolerance[];
  readonly likenesses: readonly RelativeTolerance[];
}

/** An example file, and the SHA-256 of the inputs that it becomes, by model. */
export interface PictureTest {
  readonly path: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** self_test.json. */
export interface SelfTestDocument {
  readonly schema_version: 1;
  readonly models: Readonly<Record<string, ModelTest>>;
  readonly pictures: readonly PictureTest[];
}

const path = (value: unknown) => (isPath(value) ? null : "not a path below this page");
const digest = (value: unknown) =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? null : "not a SHA-256";
const positive = (value: unknown) =>
  finite(value) ?? ((value as number) > 0 ? null : "not above 0");
const notNegative = (value: unknown) =>
  finite(value) ?? ((value as number) >= 0 ? null : "below 0");
const cosine = (value: unknown) =>
  positive(value) ?? ((value as number) <= 1 ? null : "above 1, which no cosine is");

const DOCUMENT = {
  schema_version: version1,
  models: object,
  pictures: list,
} satisfies Fields & Record<keyof SelfTestDocument, unknown>;
const MODEL = { cases: list, tolerances: list, likenesses: list } satisfies Fields &
  Record<keyof ModelTest, unknown>;
const CASE = { probe: text, inputs: object, outputs: object } satisfies Fields &
  Record<keyof Case, unknown>;
const FILE = { path, sha256: digest, bytes: whole(1) } satisfies Fields;
const TOLERANCE = { output: text, max_abs: positive, because: text } satisfies Fields &
  Record<keyof Tolerance, unknown>;
const RELATIVE_TOLERANCE = {
  output: text,
  min_cosine: cosine,
  max_relative_l2: notNegative,
  because: text,
} satisfies Fields & Record<keyof RelativeTolerance, unknown>;
const PICTURE = { path, inputs: object } satisfies Fields & Record<keyof PictureTest, unknown>;

/** A model that has to be tested. */
export interface Tested {
  readonly id: string;
  readonly signature: Signature;
}

/**
 * Reads a self-test, every field of it.
 *
 * Throws EngineError `file-refused`, also where a model has no case, or an output no bound.
 */
export function parseSelfTest(
  content: BufferSource,
  label: string,
  tested: readonly Tested[],
): SelfTestDocument {
  const name = { label, kind: "self-test that this page can run" };
  const found = requireFields(parseJson(content, name), DOCUMENT, name);
  const document = found as unknown as SelfTestDocument;
  for (const [id, model] of Object.entries(document.models)) requireModel(id, model, name);
  document.pictures.forEach((picture, i) => {
    requireFields(picture, PICTURE, name, `pictures[${i}]`);
    for (const [id, sha256] of Object.entries(picture.inputs)) {
      requireFields({ [id]: sha256 }, { [id]: digest }, name, `pictures[${i}].inputs`);
    }
  });
  for (const model of tested) requireTested(model, document, name);
  return document;
}

/** How many cases run for these models. */
export function casesOf({ models }: SelfTestDocument, tested: readonly Tested[]): number {
  return tested.reduce((sum, { id }) => sum + (models[id]?.cases.length ?? 0), 0);
}

function requireModel(id: string, model: ModelTest, name: DocumentName): void {
  const at = `models.${id}`;
  requireFields(model, MODEL, name, at);
  model.cases.forEach((one, i) => {
    requireFields(one, CASE, name, `${at}.cases[${i}]`);
    for (const side of ["inputs", "outputs"] as const) {
      for (const [tensor, file] of Object.entries(one[side])) {
        requireFields(file, FILE, name, `${at}.cases[${i}].${side}.${tensor}`);
      }
    }
  });
  model.tolerances.forEach((one, i) => {
    requireFields(one, TOLERANCE, name, `${at}.tolerances[${i}]`);
  });
  model.likenesses.forEach((one, i) => {
    requireFields(one, RELATIVE_TOLERANCE, name, `${at}.likenesses[${i}]`);
  });
}

function requireTested(
  { id, signature }: Tested,
  { models }: SelfTestDocument,
  name: DocumentName,
): void {
  const test = Object.hasOwn(models, id) ? models[id] : undefined;
  if (!test || test.cases.length === 0) throw refused(name, `${id} has no case`);
  const bounded = new Set([...test.tolerances, ...test.likenesses].map(({ output }) => output));
  for (const side of ["inputs", "outputs"] as const) {
    const tensors = signature[side].map((tensor) => tensor.name);
    for (const [i, one] of test.cases.entries()) {
      if (sameNames(Object.keys(one[side]), tensors)) continue;
      throw refused(name, `models.${id}.cases[${i}].${side} are not the model's`);
    }
  }
  const outputs = signature.outputs.map((tensor) => tensor.name);
  const free = outputs.find((output) => !bounded.has(output));
  if (free) throw refused(name, `output ${free} of ${id} has no bound`);
  const unknown = [...bounded].find((output) => !outputs.includes(output));
  if (unknown) throw refused(name, `${id} has no output ${unknown} to be bounded`);
}

function sameNames(found: readonly string[], expected: readonly string[]): boolean {
  return found.length === expected.length && expected.every((name) => found.includes(name));
}
