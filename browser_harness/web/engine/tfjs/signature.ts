import { EngineError } from "../errors.js";
import { describe, type DType, type Signature, type TensorSpec } from "../types.js";

/** A tensor as model.json's `signature` writes it (a TensorInfo in JSON). */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape?: {
    readonly dim?: readonly { readonly size: string | number }[];
    readonly unknownRank?: boolean;
  };
  /** On an input that the model computes for itself, once, when it first runs. */
  readonly resourceId?: number;
}

/** model.json's `signature`. */
export interface ModelSignature {
  readonly inputs?: Readonly<Record<string, TensorInfo>>;
  readonly outputs?: Readonly<Record<string, TensorInfo>>;
}

/** Graph tensor names by signature name, in the order of the declared signature. */
export interface TensorNames {
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

const DTYPES: Readonly<Record<string, DType>> = {
  DT_FLOAT: "float32",
  DT_INT32: "int32",
  DT_BOOL: "bool",
};

/**
 * Maps the declared signature to graph tensors through model.json's own signature.
 *
 * Converted graphs call their outputs Identity, Identity_1, …: only the signature knows which is
 * which. Throws EngineError `signature-refused` unless names, dtypes and shapes agree.
 */
export function mapSignature(declared: Signature, found: ModelSignature | undefined): TensorNames {
  if (!found?.inputs || !found.outputs) {
    throw new EngineError("signature-refused", "model.json: has no signature with input names");
  }
  const given = Object.entries(found.inputs).filter(([, info]) => info.resourceId === undefined);
  return {
    inputs: mapSide("input", declared.inputs, Object.fromEntries(given)),
    outputs: mapSide("output", declared.outputs, found.outputs),
  };
}

function mapSide(
  side: "input" | "output",
  declared: readonly TensorSpec[],
  found: Readonly<Record<string, TensorInfo>>,
): Map<string, string> {
  const names = declared.map((spec) => spec.name);
  const same = names.length === Object.keys(found).length;
  if (!same || !names.every((name) => Object.hasOwn(found, name))) {
    throw new EngineError(
      "signature-refused",
      `model.json: has ${side}s ${Object.keys(found).join(", ") || "none"}; ` +
        `${names.join(", ") || "none"} expected (is it of another model?)`,
    );
  }
  return new Map(declared.map((spec) => [spec.name, agree(side, spec, found[spec.name])]));
}

/** The graph tensor of one declared tensor; a dimension that model.json leaves open is no clash. */
function agree(side: string, spec: TensorSpec, info: TensorInfo | undefined): string {
  const dtype = info && DTYPES[info.dtype];
  const dims = info?.tensorShape?.unknownRank
    ? null
    : (info?.tensorShape?.dim ?? []).map((dim) => Number(dim.size));
  const fits =
    dims === null ||
    (dims.length === spec.shape.length &&
      dims.every((size, axis) => size === -1 || size === spec.shape[axis]));
  if (!info || dtype !== spec.dtype || !fits) {
    const shape = dims === null ? "?" : dims.map((size) => (size === -1 ? "?" : size)).join(", ");
    throw new EngineError(
      "signature-refused",
      `model.json: ${side} ${describe(spec)} expected, ` +
        `${spec.name}: ${dtype ?? info?.dtype ?? "nothing"}[${shape}] found`,
    );
  }
  return info.name;
}
