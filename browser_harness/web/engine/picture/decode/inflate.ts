import { damaged } from "./refusal.js";

/** Compressed bytes given to the browser at a time: what they can become must fit in memory. */
const PORTION = 64 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The `length` bytes that a zlib stream holds; its compressed bytes come in parts.
 *
 * A stream of another length is refused while it is read, so that a small file cannot fill the
 * memory. Throws EngineError `input-refused`.
 */
export async function inflateExactly(parts: readonly Bytes[], length: number): Promise<Bytes> {
  const result = new Uint8Array(length);
  let filled = 0;
  await inflate("deflate", parts, (piece) => {
    result.set(piece, filled); // throws where it does not fit
    filled += piece.length;
  });
  if (filled !== length) throw damaged("pixels are missing");
  return result;
}

/** What a bare deflate stream holds, up to `limit` bytes; errors as in `inflateExactly`. */
export async function inflateUpTo(content: Bytes, limit: number): Promise<Bytes> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  await inflate("deflate-raw", [content], (piece) => {
    total += piece.length;
    if (total > limit) throw new RangeError("too long");
    pieces.push(piece);
  });
  const result = new Uint8Array(total);
  let filled = 0;
  for (const piece of pieces) {
    result.set(piece, filled);
    filled += piece.length;
  }
  return result;
}

async function inflate(
  format: CompressionFormat,
  parts: readonly Bytes[],
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const taking = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  })();
  try {
    await Promise.race([taking, feed(writer, parts)]);
    await taking;
  } catch {
    reader.cancel().catch(() => {}); // it failed already, or must not go on
    writer.abort().catch(() => {});
    throw damaged("its compressed data cannot be unpacked");
  }
}

async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  parts: readonly Bytes[],
): Promise<void> {
  for (const part of parts) {
    for (let start = 0; start < part.length; start += PORTION) {
      await writer.ready;
      await writer.write(part.subarray(start, start + PORTION));
    }
  }
  await writer.close();
}
