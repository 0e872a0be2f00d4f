// Twin: reference/decoding/jp2.py.

import { damaged } from "./refusal.js";

/** Boxes that such a file begins with; some writers leave the first out. */
const FIRST = ["jP  ", "ftyp", "jp2h", "jp2c"];
/** "jp2c". */
const CODESTREAM = 0x6a703263;

/**
 * The first codestream of a JPEG 2000 file (JP2); what is no such file, as it is. Throws EngineError
 * when a box before it is cut off, or there is none.
 */
export function codestreamOf(stream: Uint8Array): Uint8Array {
  if (!FIRST.includes(String.fromCharCode(...stream.subarray(4, 8)))) return stream;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let at = 0; at + 8 <= stream.length;) {
    const short = view.getUint32(at);
    const start = at + (short === 1 ? 16 : 8);
    if (start > stream.length) break;
    const long = () => view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
    const end = short === 0 ? stream.length : at + (short === 1 ? long() : short);
    if (end < start || end > stream.length) {
      throw damaged("a box of its JPEG 2000 file is cut off");
    }
    if (view.getUint32(at + 4) === CODESTREAM) return stream.subarray(start, end);
    at = end;
  }
  throw damaged("its JPEG 2000 file holds no codestream");
}
