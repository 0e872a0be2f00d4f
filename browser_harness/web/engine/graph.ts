/** A node of model.json's `modelTopology` (a NodeDef in JSON). */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** The node behind an input, which may be written `node:1` or, for control alone, `^node`. */
export function nodeOf(input: string): string {
  return input.replace(/^\^/, "").replace(/:\d+$/, "");
}

/** The nodes that `outputs` need, each behind those it needs itself. */
export function inOrder(
  nodes: readonly GraphNode[],
  outputs: readonly string[],
): readonly GraphNode[] {
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

/**
 * Places to stop in a graph: for each, the tensors that the rest is computed from.
 *
 * There is a place after every `size` nodes or as soon after as at most `width` tensors are alive,
 * each the one output of a node that TF.js lets a caller feed.
 */
export function stopsIn(
  nodes: readonly GraphNode[],
  outputs: readonly string[],
  { size, width }: { readonly size: number; readonly width: number },
): string[][] {
  const ordered = inOrder(nodes, outputs);
  const lastUse = new Map<string, number>(outputs.map((name) => [nodeOf(name), ordered.length]));
  ordered.forEach((node, at) => {
    for (const name of (node.input ?? []).map(nodeOf)) {
      lastUse.set(name, Math.max(at, lastUse.get(name) ?? 0));
    }
  });
  const inputs = ordered.flatMap((node) => node.input ?? []);
  const several = new Set(inputs.filter((name) => /:[1-9]/.test(name)).map(nodeOf));
  const stops: string[][] = [];
  let since = 0;
  const alive = new Map<string, GraphNode>();
  ordered.forEach((node, at) => {
    if (node.op === "Const") return;
    since += 1;
    alive.set(node.name, node);
    for (const name of alive.keys()) if ((lastUse.get(name) ?? 0) <= at) alive.delete(name);
    const feedable = [...alive.values()].every(
      ({ name, op, attr }) =>
        op === "Placeholder" || (!several.has(name) && !attr?.dtype && !attr?.shape),
    );
    if (since < size || alive.size > width || alive.size === 0 || !feedable) return;
    stops.push([...alive.keys()]);
    since = 0;
  });
  return stops;
}
