// Twin: reference/decoding/exif.py.

/** TIFF's tag of the orientation, and its type of a 16-bit number. */
const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation, 1 to 8, that an EXIF block (from its TIFF header on) gives in its first
 * directory; 1 where there is none or the block is not well formed, which hurts no pixel.
 */
export function orientationOf(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (view.byteLength < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const one =
      view.getUint16(entry + 2, little) === SHORT && view.getUint32(entry + 4, little) === 1;
    const value = view.getUint16(entry + 8, little);
    return one && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
