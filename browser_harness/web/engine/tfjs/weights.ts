import type { io } from "@tensorflow/tfjs-core";

import { EngineError } from "../errors.js";
import { sizeOf, type FileListing } from "../types.js";

const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

/** One shard in manifest order. */
export interface Shard {
  readonly path: string;
  readonly label: string;
}

/** The shards that a weights manifest names, in order, labelled for error messages. */
export function shardsOf(manifest: io.WeightsManifestConfig): Shard[] {
  const paths = manifest.flatMap((group) => group.paths);
  return paths.map((path, index) => ({
    path,
    label: `shard ${index + 1} of ${paths.length}, ${path}`,
  }));
}

/** Checks that model.json and its shards are exactly the files listed. Throws `file-refused`. */
export function requireListed(shards: readonly Shard[], listing: FileListing): void {
  const named = new Set(shards.map((shard) => shard.path));
  if (named.size !== shards.length) {
    throw new EngineError("file-refused", "model.json: names one shard twice");
  }
  for (const shard of shards) {
    if (!Object.hasOwn(listing, shard.path)) {
      throw new EngineError("file-refused", `${shard.label}: named by model.json, not listed`);
    }
  }
  for (const path of Object.keys(listing)) {
    if (path !== "model.json" && !named.has(path)) {
      throw new EngineError("file-refused", `${path}: listed, but model.json does not name it`);
    }
  }
}

/**
 * Checks, group by group, that the weights declared fill the shards to the byte.
 *
 * Throws EngineError `file-refused`.
 */
export function requireWeightsFill(manifest: io.WeightsManifestConfig, listing: FileListing): void {
  manifest.forEach((group, index) => {
    const declared = group.weights.reduce((sum, weight) => sum + bytesOf(weight), 0);
    const held = group.paths.reduce((sum, path) => sum + (listing[path]?.bytes ?? 0), 0);
    if (declared !== held) {
      throw new EngineError(
        "file-refused",
        `model.json: weight group ${index + 1} declares ${declared} bytes, its shards hold ${held}`,
      );
    }
  });
}

/**
 * The same bytes in shards in which TF.js finds them.
 *
 * Where all shards but the last are of one length it computes a byte's shard from that length, and
 * reads zeros of a last one that is longer, and nothing after an empty one. Such shards are joined.
 */
export function findable(shards: readonly ArrayBuffer[]): ArrayBuffer[] {
  const held = shards.filter((shard) => shard.byteLength > 0);
  const [first, last] = [held[0], held.at(-1)];
  if (!first || !last || last.byteLength <= first.byteLength) return held;
  const joined = new Uint8Array(held.reduce((sum, shard) => sum + shard.byteLength, 0));
  let at = 0;
  for (const shard of held) {
    joined.set(new Uint8Array(shard), at);
    at += shard.byteLength;
  }
  return [joined.buffer];
}

/** Bytes that one weight takes in its shard, quantisation included. */
function bytesOf(weight: io.WeightsManifestEntry): number {
  const dtype = weight.quantization?.dtype ?? weight.dtype;
  const each = BYTES[dtype];
  if (each === undefined) {
    throw new EngineError("file-refused", `model.json: weight ${weight.name} is of type ${dtype}`);
  }
  return each * sizeOf(weight.shape);
}
