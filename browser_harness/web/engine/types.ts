/** Element types that TF.js has; float64 does not exist there. */
export type DType = "float32" | "int32" | "bool";

/** Name, shape (batch first, all dimensions fixed) and dtype of one input or output. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Least and largest of an input of integers, where they are declared. */
  readonly values?: readonly [number, number];
}

/** Inputs and outputs of a model, by name. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** SHA-256 (lower-case hex) and length of one file. */
export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
  /** Where the file is, if it is not at its path from the model's base URL. */
  readonly url?: string;
}

/** Every file of a model, by path relative to the model's base URL. */
export type FileListing = Readonly<Record<string, FileDigest>>;

/** A tensor's values in C order. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** Number of elements in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** `image: float32[1, 3, 224, 224]`, as error messages write a tensor. */
export function describe(spec: TensorSpec): string {
  return `${spec.name}: ${spec.dtype}[${spec.shape.join(", ")}]`;
}
