import {
  EngineError,
  fetchVerified,
  sha256,
  type DType,
  type Output,
  type Values,
} from "../engine/index.js";
import type { TensorFile, TensorText } from "./contract.js";

/** Fetches a probe file and checks its digest. Throws EngineError `file-refused`. */
export async function readTensor(name: string, file: TensorFile): Promise<Values> {
  const bytes = await fetchVerified(file.url, file, `input ${name}`);
  return valuesFrom(bytes, file.dtype);
}

/** An output as text. Browsers are little-endian wherever TF.js runs; `littleEndian` checks it. */
export async function writeTensor(output: Output): Promise<TensorText> {
  const { values, spec } = output;
  littleEndian();
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return {
    dtype: spec.dtype,
    shape: spec.shape,
    sha256: await sha256(bytes),
    base64: base64(bytes),
  };
}

function valuesFrom(bytes: ArrayBuffer, dtype: DType): Values {
  littleEndian();
  switch (dtype) {
    case "float32":
      return new Float32Array(bytes);
    case "int32":
      return new Int32Array(bytes);
    case "bool":
      return new Uint8Array(bytes);
  }
}

/** Throws where numbers in memory are not as they are written. */
export function littleEndian(): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
    throw new EngineError("internal", "this machine is big-endian, which TF.js does not support");
  }
}

/** Bytes as text. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(parts.join(""));
}
