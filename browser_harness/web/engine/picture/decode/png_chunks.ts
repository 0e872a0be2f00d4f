import { crc32 } from "./crc32.js";
import { damaged } from "./refusal.js";

/** One chunk of a PNG. */
export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

const SIGNATURE = 8;
/** Length, type and CRC around a chunk's data. */
const AROUND = 12;

/**
 * The chunks of a PNG from IHDR up to IEND, which is not returned; what follows IEND is no image.
 *
 * Throws EngineError when one is cut off, has a wrong CRC or a type that is no word, or when IEND
 * does not come.
 */
export function chunksOf(content: Uint8Array<ArrayBuffer>): Chunk[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE; ;) {
    if (at + AROUND > content.length) throw damaged("it ends before its last chunk");
    const length = view.getUint32(at);
    const type = String.fromCharCode(...content.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged("a chunk has no name");
    if (at + AROUND + length > content.length) throw damaged(`chunk ${type} is cut off`);
    const end = at + 8 + length;
    if (crc32(content, at + 4, end) !== view.getUint32(end)) {
      throw damaged(`the checksum of chunk ${type} is wrong`);
    }
    if (type === "IEND") return chunks;
    chunks.push({ type, data: content.subarray(at + 8, end) });
    at = end + 4;
  }
}
