import { EngineError, wordsOf } from "./errors.js";
import type { FileDigest } from "./types.js";

/** SHA-256 of bytes, lower-case hex. Throws `insecure-context` where WebCrypto is missing. */
export async function sha256(data: BufferSource): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new EngineError(
      "insecure-context",
      "this page cannot check files, because the browser offers cryptography only to pages " +
        "from https or from this machine (127.0.0.1)",
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Fetches one file and checks its length and SHA-256 before anyone reads it.
 *
 * @param label how errors name the file, such as "shard 3 of 8, group1-shard3of8.bin".
 * Throws EngineError `file-refused`.
 */
export async function fetchVerified(
  url: string,
  expected: FileDigest,
  label: string,
): Promise<ArrayBuffer> {
  const data = await fetchBytes(url, label);
  await requireDigest(data, expected, label);
  return data;
}

/** Checks a file's length and SHA-256. Throws EngineError `file-refused`. */
export async function requireDigest(
  data: ArrayBuffer,
  expected: FileDigest,
  label: string,
): Promise<void> {
  if (data.byteLength !== expected.bytes) {
    throw new EngineError(
      "file-refused",
      `${label}: ${expected.bytes} bytes expected, ${data.byteLength} found`,
      { file: label, expected: expected.bytes, found: data.byteLength },
    );
  }
  const found = await sha256(data);
  if (found !== expected.sha256) {
    throw new EngineError(
      "file-refused",
      `${label}: SHA-256 ${expected.sha256} expected, ${found} found`,
      { file: label, expected: expected.sha256, found },
    );
  }
}

async function fetchBytes(url: string, label: string): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(url, { redirect: "error", credentials: "same-origin" });
  } catch (error) {
    throw new EngineError("file-refused", `${label}: could not be fetched (${wordsOf(error)})`);
  }
  if (!response.ok) {
    throw new EngineError("file-refused", `${label}: absent (HTTP ${response.status})`);
  }
  try {
    return await response.arrayBuffer();
  } catch (error) {
    throw new EngineError("file-refused", `${label}: broke off (${wordsOf(error)})`);
  }
}

/** Awaits all, then throws the first failure in order, so that an error names the same file twice. */
export async function allInOrder<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
