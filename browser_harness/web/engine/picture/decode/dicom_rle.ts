import { damaged } from "./refusal.js";

const HEADER = 64;

/**
 * The pixels of a DICOM RLE frame, little-endian (PS3.5 annex G): one segment per byte of a pixel,
 * the highest byte first. Throws EngineError when a segment does not fill its plane exactly.
 */
export function decodeRle(frame: Uint8Array, pixels: number, bytesPerPixel: number): Uint8Array {
  if (frame.length < HEADER) throw damaged("its RLE header is cut off");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== bytesPerPixel) throw damaged("its RLE segments are not one per byte");
  const result = new Uint8Array(pixels * bytesPerPixel);
  for (let i = 0; i < segments; i++) {
    const start = view.getUint32(4 + 4 * i, true);
    const end = i + 1 < segments ? view.getUint32(8 + 4 * i, true) : frame.length;
    if (start < HEADER || start > end || end > frame.length) {
      throw damaged("its RLE segments lie outside");
    }
    unpack(frame.subarray(start, end), result, bytesPerPixel - 1 - i, bytesPerPixel, pixels);
  }
  return result;
}

function unpack(
  packed: Uint8Array,
  result: Uint8Array,
  first: number,
  step: number,
  pixels: number,
): void {
  let at = 0;
  for (let done = 0; done < pixels;) {
    const control = packed[at++];
    if (control === undefined) throw damaged("an RLE segment ends too early");
    if (control === 128) continue;
    const literal = control < 128;
    const count = literal ? control + 1 : 257 - control;
    const needed = literal ? count : 1;
    if (at + needed > packed.length || done + count > pixels) {
      throw damaged("an RLE segment does not fit the image");
    }
    for (let i = 0; i < count; i++) {
      result[first + step * (done + i)] = packed[literal ? at + i : at]!;
    }
    at += needed;
    done += count;
  }
}
