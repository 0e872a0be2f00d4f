/** A node of model.json's `modelTopology` (a NodeDef in JSON). */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** The node behind an input, which may be written `node:1` or, for control alone, `^node`. */
function nodeOf(input: string): string {
  return input.replace(/^\^/, "").replace(/:\d+$/, "");
}

/** The nodes that `outputs` need, each behind those it needs itself. */
function inOrder(nodes: readonly GraphNode[], outputs: readonly string[]): readonly GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = new Map<string, GraphNode>();
  const waiting = outputs.map(nodeOf);
  while (waiting.length > 0) {
    const node = byName.get(waiting.at(-1) ?? "");
    const open = (node?.input ?? []).map(nodeOf).filter((name) => !ordered.has(name));
    if (node && open.length > 0 && !ordered.has(node.name)) {
      waiting.push(...open);
      continue;
    }
    waiting.pop();
    if (node) ordered.set(node.name, node);
  }
  return [...ordered.values()];
}

/** Where to stop in a graph. */
export interface Stops {
  /** The graph's inputs, which are there from the start. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Nodes between two stops, at least. */
  readonly size: number;
  /** Tensors that may be alive at a stop besides the inputs, at most. */
  readonly width: number;
}

/**
 * Places to stop in a graph: for each, the tensors that the rest is computed from.
 *
 * Each of them is an input of the graph, or the one output of a node that TF.js lets a caller feed.
 */
export function stopsIn(nodes: readonly GraphNode[], about: Stops): string[][] {
  const ordered = inOrder(nodes, about.outputs);
  const lastUse = lastUses(ordered, about.outputs);
  const several = ordered.flatMap((node) => node.input ?? []).filter((name) => /:[1-9]/.test(name));
  const unfit = new Set(several.map(nodeOf));
  for (const { name, attr } of ordered) if (attr?.dtype || attr?.shape) unfit.add(name);
  const alive = new Set<string>();
  const stops: string[][] = [];
  let since = 0;
  ordered.forEach((node, at) => {
    if (node.op === "Const" || node.op === "Placeholder") return;
    since += 1;
    alive.add(node.name);
    for (const name of alive) if ((lastUse.get(name) ?? 0) <= at) alive.delete(name);
    if (since < about.size || alive.size > about.width || alive.size === 0) return;
    if ([...alive].some((name) => unfit.has(name))) return;
    stops.push([...about.inputs.filter((name) => (lastUse.get(name) ?? 0) > at), ...alive]);
    since = 0;
  });
  return stops;
}

/** The place of each node's last reader; an output is read at the end. */
function lastUses(ordered: readonly GraphNode[], outputs: readonly string[]): Map<string, number> {
  const uses = new Map(outputs.map((name) => [nodeOf(name), ordered.length]));
  ordered.forEach((node, at) => {
    for (const name of (node.input ?? []).map(nodeOf)) {
      uses.set(name, Math.max(at, uses.get(name) ?? 0));
    }
  });
  return uses;
}
