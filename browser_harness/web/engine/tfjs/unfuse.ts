import { GraphModel } from "@tensorflow/tfjs-converter";
import type { io, NamedTensorMap } from "@tensorflow/tfjs-core";

import type { GraphNode } from "./graph.js";
import type { Model } from "./model.js";

const PLAIN: Readonly<Record<string, string>> = {
  _FusedConv2D: "Conv2D",
  _FusedMatMul: "MatMul",
  FusedDepthwiseConv2dNative: "DepthwiseConv2dNative",
};
const copies = new WeakMap<GraphModel, Promise<GraphModel>>();

/**
 * The same graph with every fused node as the nodes it was fused from, on the same weights.
 *
 * TF.js's gradient of a fused convolution computes the kernel's gradient too, wanted or not, and
 * some backends cannot; the gradients of the plain operations compute what is asked for.
 */
export function unfused(model: Model): Promise<GraphModel> {
  const known = copies.get(model.graph);
  if (known) return known;
  const made = build(model);
  copies.set(model.graph, made);
  return made;
}

async function build(model: Model): Promise<GraphModel> {
  const artifacts: io.ModelArtifacts = {
    modelTopology: { node: model.nodes.flatMap(parts), library: {}, versions: {} },
    format: "graph-model",
    weightSpecs: [],
    weightData: new ArrayBuffer(0),
  };
  const copy = new GraphModel({ load: async () => artifacts });
  await copy.load();
  // The copy's weights are the model's own tensors: TF.js has no public way to share them.
  const inner = copy as unknown as { readonly executor: { weightMap: NamedWeights } };
  inner.executor.weightMap = model.graph.weights;
  return copy;
}

type NamedWeights = Readonly<Record<string, readonly NamedTensorMap[string][]>>;

/** A fused node as a chain of plain ones, the last of which has its name; others as they are. */
function parts(node: GraphNode): GraphNode[] {
  const op = PLAIN[node.op];
  if (!op) return [node];
  const fused = fusedOps(node);
  const [x = "", kernel = "", ...extra] = node.input ?? [];
  const { fused_ops: _ops, num_args: _count, ...attr } = node.attr ?? {};
  const chain: GraphNode[] = [{ name: node.name, op, input: [x, kernel], attr }];
  for (const part of fused) {
    const before = chain.pop() as GraphNode;
    const inner = `${node.name}/unfused_${chain.length}`;
    const operands = part === "BiasAdd" || part === "Prelu" ? [extra.shift() ?? ""] : [];
    chain.push({ ...before, name: inner });
    chain.push({
      name: node.name,
      op: part,
      input: [inner, ...operands],
      attr: attrOf(part, attr),
    });
  }
  return chain;
}

function fusedOps(node: GraphNode): string[] {
  const list = node.attr?.fused_ops as { readonly list?: { readonly s?: string[] } } | undefined;
  return (list?.list?.s ?? []).map((name) => atob(name));
}

function attrOf(op: string, attr: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = { T: attr.T, ...(op === "BiasAdd" ? { data_format: attr.data_format } : {}) };
  const alpha = op === "LeakyRelu" ? { alpha: attr.leakyrelu_alpha } : {};
  return { ...kept, ...alpha };
}
