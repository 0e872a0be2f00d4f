import * as tf from "@tensorflow/tfjs-core";
import { GraphModel } from "@tensorflow/tfjs-converter";

import { EngineError, wordsOf } from "../errors.js";
import { allInOrder, fetchVerified } from "../files.js";
import type { GraphNode } from "./graph.js";
import { requireKernelsOf } from "./registry.js";
import { mapSignature, type ModelSignature, type TensorNames } from "./signature.js";
import type { FileDigest, FileListing, Signature } from "../types.js";
import { findable, requireListed, requireWeightsFill, shardsOf } from "./weights.js";

/** Where a model is and what it must be. */
export interface ModelRequest {
  /** Base URL, ending in a slash. */
  readonly baseUrl: string;
  readonly files: FileListing;
  readonly signature: Signature;
  /** Gives the bytes of a listed file, already checked; without it they are fetched and checked. */
  readonly read?: (file: FileDigest, label: string) => Promise<ArrayBuffer>;
}

/** A model ready to run. */
export interface Model {
  readonly graph: GraphModel;
  readonly signature: Signature;
  readonly names: TensorNames;
  /** The graph as model.json has it. */
  readonly nodes: readonly GraphNode[];
}

/** Told how many of a model's bytes have been fetched and verified. */
export type Progress = (done: number, total: number) => void;

/**
 * Fetches a graph model, checks every file before use, and builds it.
 *
 * Throws EngineError `file-refused` (a file is absent, of another length or digest, or does not
 * belong), `signature-refused` (it is not the model that was declared), or `unreachable` (kernels
 * that it needs are not beside the page).
 */
export async function loadModel(request: ModelRequest, progress?: Progress): Promise<Model> {
  const fetchOne = fetcher(request, progress);
  const json = parse(await fetchOne("model.json", "model.json"));
  const manifest = json.weightsManifest;
  const shards = shardsOf(manifest);
  requireListed(shards, request.files);
  requireWeightsFill(manifest, request.files);
  const names = mapSignature(request.signature, json.signature as ModelSignature | undefined);
  const nodes = nodesOf(json.modelTopology);
  await requireKernelsOf([...nodes, ...nodesOf(json.modelInitializer)].map(({ op }) => op));
  const data = await allInOrder(shards.map(({ path, label }) => fetchOne(path, label)));
  return { graph: await build(json, data), signature: request.signature, names, nodes };
}

/**
 * The same model with some of its outputs only; what they do not need is not computed.
 *
 * Throws EngineError `output-refused`.
 */
export function withOutputs(model: Model, wanted: readonly string[]): Model {
  const outputs = wanted.map((name) => {
    const spec = model.signature.outputs.find((one) => one.name === name);
    const found = model.signature.outputs.map((one) => one.name).join(", ");
    if (spec) return spec;
    throw new EngineError("output-refused", `there is no output ${name}; there are ${found}`);
  });
  const names = new Map(wanted.map((name) => [name, model.names.outputs.get(name) as string]));
  return {
    ...model,
    signature: { ...model.signature, outputs },
    names: { ...model.names, outputs: names },
  };
}

/** Frees a model's weights. */
export function disposeModel(model: Model): void {
  model.graph.dispose();
}

function fetcher(request: ModelRequest, progress: Progress | undefined) {
  const total = Object.values(request.files).reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  return async (path: string, label: string): Promise<ArrayBuffer> => {
    const expected: FileDigest | undefined = request.files[path];
    if (!expected) throw new EngineError("file-refused", `${label}: not listed`);
    const data = request.read
      ? await request.read(expected, label)
      : await fetchVerified(expected.url ?? request.baseUrl + path, expected, label);
    done += data.byteLength;
    progress?.(done, total);
    return data;
  };
}

function parse(data: ArrayBuffer): tf.io.ModelJSON {
  let json: Partial<tf.io.ModelJSON>;
  try {
    json = JSON.parse(new TextDecoder().decode(data)) as Partial<tf.io.ModelJSON>;
  } catch (error) {
    throw new EngineError("file-refused", `model.json: not JSON (${wordsOf(error)})`);
  }
  const nodes = (json.modelTopology as { readonly node?: unknown } | undefined)?.node;
  if (json.format !== "graph-model" || !Array.isArray(nodes) || !json.weightsManifest) {
    throw new EngineError("file-refused", "model.json: not a TF.js graph model");
  }
  return json as tf.io.ModelJSON;
}

function nodesOf(graph: unknown): readonly GraphNode[] {
  return (graph as { readonly node?: readonly GraphNode[] } | undefined)?.node ?? [];
}

async function build(json: tf.io.ModelJSON, data: ArrayBuffer[]): Promise<GraphModel> {
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const shards = findable(data);
  const artifacts = await tf.io.getModelArtifactsForJSON(json, async () => [weightSpecs, shards]);
  const graph = new GraphModel({ load: async () => artifacts });
  try {
    await graph.load();
  } catch (error) {
    throw new EngineError("file-refused", `model.json: not a usable graph (${wordsOf(error)})`);
  }
  return graph;
}
