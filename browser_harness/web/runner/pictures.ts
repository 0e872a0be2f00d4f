import {
  EngineError,
  fetchVerified,
  parsePreprocess,
  PictureReader,
  sha256,
  type Picture,
} from "../engine/index.js";
import type { DecodeReply, DecodeRequest, SamplesText, TensorText } from "./contract.js";
import { base64, littleEndian, writeTensor } from "./tensors.js";

const BASE = new URL(".", document.baseURI).href;
const readers = new Map<number, PictureReader>();

/** Decodes a file and prepares its inputs. Throws EngineError. */
export async function decode(request: DecodeRequest): Promise<DecodeReply> {
  const { limitSeconds, samples } = request;
  const content = await fetchVerified(request.file.url, request.file, "picture");
  const definitions = request.definitions.map((text) => {
    return parsePreprocess(new TextEncoder().encode(text), "definition");
  });
  const start = performance.now();
  const found = await readerFor(limitSeconds).read({ content, inputs: definitions, samples });
  const totalSeconds = (performance.now() - start) / 1000;
  const inputs: TensorText[] = [];
  for (const [i, values] of found.inputs.entries()) {
    const to = definitions[i];
    if (!to) throw new EngineError("internal", "an input without a definition came back");
    const shape = [1, to.channels, to.size, to.size];
    inputs.push(await writeTensor({ spec: { name: `${i}`, shape, dtype: "float32" }, values }));
  }
  const { facts, seconds } = found;
  const text = found.samples && (await writeSamples(found.samples));
  return { facts, samples: text, inputs, seconds, totalSeconds };
}

export function readerFor(limitSeconds: number): PictureReader {
  const known = readers.get(limitSeconds);
  if (known) return known;
  const reader = new PictureReader(BASE, limitSeconds);
  readers.set(limitSeconds, reader);
  return reader;
}

/** Ends the workers of pictures: the next picture starts one, as the first on a page does. */
export function endReaders(): void {
  for (const reader of readers.values()) reader.close();
}

async function writeSamples(samples: Picture["samples"]): Promise<SamplesText> {
  littleEndian();
  const { buffer, byteOffset, byteLength } = samples;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  const bits = samples instanceof Uint8Array ? 8 : 16;
  return { bits, sha256: await sha256(bytes), base64: base64(bytes) };
}
