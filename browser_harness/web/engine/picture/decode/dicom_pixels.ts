// Twin: reference/decoding/dicom_image.py and reference/decoding/dicom_pixels.py.

import type { DataSet } from "dicom-parser";
import type { Codecs, Decoded } from "./codecs.js";
import type { DicomFile } from "./dicom_data_set.js";
import {
  BIG_ENDIAN,
  DEFLATED,
  EXPLICIT,
  IMPLICIT,
  PIXELS,
  UNDEFINED,
  unreadSyntax,
} from "./dicom_syntax.js";
import type { StoredImage } from "./dicom_image.js";
import { decodeRle } from "./dicom_rle.js";
import { requireKind, turboDecode } from "./jpeg.js";
import {
  BASELINE as BASELINE_PROCESS,
  EXTENDED as EXTENDED_PROCESS,
  frameOf,
  JPEG_LS as JPEG_LS_PROCESS,
  LOSSLESS as LOSSLESS_PROCESS,
} from "./jpeg_frame.js";
import { codestreamOf } from "./jp2.js";
import { decodeLosslessJpeg } from "./jpeg_lossless.js";
import { decodeTwelve, TWELVE } from "./jpeg_twelve.js";
import { damaged, refusal } from "./refusal.js";

/** The tags of a fragment, and of the marker that ends the fragments. */
const ITEM = 0xe000fffe;
const ITEMS_END = 0xe0ddfffe;
const RLE = "1.2.840.10008.1.2.5";
const BASELINE = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];
const LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
const JPEG_LS = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
const JPEG_2000 = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];
/** So many zero bytes may end the data of a JPEG-LS stream; no code has as many. */
const MOST_ZEROS = 16;
const LOSSY = [JPEG_LS[1], JPEG_2000[1]];

/** The stored numbers of the one frame, as they stand in BitsAllocated. Throws EngineError. */
export async function storedValuesOf(
  { elements, transferSyntax }: DicomFile,
  image: StoredImage,
  codecs: Codecs,
): Promise<Uint8Array | Uint16Array> {
  if ([IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN].includes(transferSyntax)) {
    return words(nativeBytes(elements, image, transferSyntax === BIG_ENDIAN), image);
  }
  if (![RLE, ...BASELINE, ...LOSSLESS, ...JPEG_LS, ...JPEG_2000].includes(transferSyntax)) {
    throw unreadSyntax(transferSyntax);
  }
  const frame = encapsulated(elements);
  if (transferSyntax === RLE) {
    return words(decodeRle(frame, image.width * image.height, image.allocated / 8), image);
  }
  if (LOSSLESS.includes(transferSyntax)) return lossless(frame, image);
  if (BASELINE.includes(transferSyntax)) return baseline(frame, image, codecs);
  const ls = JPEG_LS.includes(transferSyntax);
  const { precision, coded } = await (ls ? jpegLs : jpeg2000)(frame, image, codecs);
  const found = wordsOf(coded, image);
  if (LOSSY.includes(transferSyntax) && precision > image.bits) clipped(found, image);
  return found;
}

function nativeBytes(set: DataSet, image: StoredImage, bigEndian: boolean): Uint8Array {
  const { dataOffset, length, vr } = set.elements[PIXELS]!;
  const needed = (image.width * image.height * image.allocated) / 8;
  if (length === UNDEFINED) throw damaged("its pixels are in fragments, but not compressed");
  if (bigEndian && image.allocated === 8 && vr === "OW") {
    throw refusal("the DICOM image swaps its 8-bit pixels", "export it as PNG");
  }
  if (length < needed) throw damaged("pixels are missing");
  if (dataOffset + length > set.byteArray.length) throw damaged("its pixels are cut off");
  const bytes = Uint8Array.from(set.byteArray.subarray(dataOffset, dataOffset + needed));
  if (bigEndian && image.allocated === 16) {
    for (let i = 0; i < needed; i += 2) [bytes[i], bytes[i + 1]] = [bytes[i + 1]!, bytes[i]!];
  }
  return bytes;
}

/** All fragments after the offset table, joined (PS3.5 A.4). */
function encapsulated(set: DataSet): Uint8Array {
  const { dataOffset, length } = set.elements[PIXELS]!;
  if (length !== UNDEFINED) throw damaged("its compressed pixels are not in fragments");
  const { byteArray } = set;
  const view = new DataView(byteArray.buffer, byteArray.byteOffset, byteArray.byteLength);
  const found: Uint8Array[] = [];
  for (let at = dataOffset; ;) {
    if (at + 8 > view.byteLength) throw damaged("its compressed pixels are cut off");
    const tag = view.getUint32(at, true);
    if (tag === ITEMS_END) break;
    const end = at + 8 + view.getUint32(at + 4, true);
    if (tag !== ITEM || end > view.byteLength) throw damaged("its compressed pixels are cut off");
    found.push(byteArray.subarray(at + 8, end));
    at = end;
  }
  const fragments = found.slice(1);
  if (fragments.length === 0) throw damaged("its compressed pixels are missing");
  const result = new Uint8Array(fragments.reduce((sum, one) => sum + one.length, 0));
  let filled = 0;
  for (const fragment of fragments) {
    result.set(fragment, filled);
    filled += fragment.length;
  }
  return result;
}

/** Little-endian bytes as numbers. */
function words(bytes: Uint8Array, image: StoredImage): Uint8Array | Uint16Array {
  return image.allocated === 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset);
}

async function baseline(
  stream: Uint8Array,
  image: StoredImage,
  codecs: Codecs,
): Promise<Uint8Array | Uint16Array> {
  const frame = requireFrame(stream, image, [BASELINE_PROCESS, EXTENDED_PROCESS]);
  if (frame.precision === TWELVE) {
    const found = decodeTwelve(stream, frame);
    if (image.bits < TWELVE) clipped(found, image);
    return found;
  }
  requireKind(frame);
  return wordsOf(await turboDecode(stream, codecs), image);
}

interface Coded {
  readonly precision: number;
  readonly coded: Decoded;
}

async function jpegLs(frame: Uint8Array, image: StoredImage, codecs: Codecs): Promise<Coded> {
  const { precision, end } = requireFrame(frame, image, [JPEG_LS_PROCESS]);
  let zeros = 0;
  while (frame[end - zeros - 1] === 0) zeros++;
  if (zeros > MOST_ZEROS) throw damaged("too many zeros follow its pixels");
  for (let cut = 0; ; cut++) {
    try {
      return { precision, coded: await codecs.decode("jpeg-ls", without(frame, end - cut, end)) };
    } catch (error) {
      // CharLS objects to zeros after the data, or has read beyond them, depending on its build.
      if (cut === zeros) throw error;
    }
  }
}

function without(stream: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return stream;
  const shorter = new Uint8Array(stream.length - (to - from));
  shorter.set(stream.subarray(0, from));
  shorter.set(stream.subarray(to), from);
  return shorter;
}

/** The markers of a JPEG or JPEG-LS frame must agree with the DICOM attributes. */
function requireFrame(stream: Uint8Array, image: StoredImage, processes: readonly number[]) {
  const frame = frameOf(stream);
  if (!processes.includes(frame.process)) {
    throw damaged("its pixels are coded in another way than it says");
  }
  const { width, height, components, precision } = frame;
  requireAlike({ width, height, components: components.length, precision }, image);
  return frame;
}

function requireAlike(
  coded: { width: number; height: number; components: number; precision: number },
  { width, height, allocated }: StoredImage,
): void {
  if (coded.width !== width || coded.height !== height || coded.components !== 1) {
    const found = `${coded.width}x${coded.height} in ${coded.components} components`;
    throw damaged(`its compressed pixels are ${found}, it says ${width}x${height} in 1`);
  }
  if (coded.precision > allocated) {
    const found = `the DICOM image's compressed pixels have ${coded.precision} bits per sample`;
    throw refusal(`${found}, ${allocated} are read`, "export it as PNG");
  }
}

async function jpeg2000(stream: Uint8Array, image: StoredImage, codecs: Codecs): Promise<Coded> {
  const frame = codestreamOf(stream);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  // SOC and SIZ begin every codestream; SIZ has the corners of the image and its components.
  if (frame.length < 43 || view.getUint32(0) !== 0xff4fff51) {
    throw damaged("its compressed pixels do not begin like JPEG 2000");
  }
  const width = view.getUint32(8) - view.getUint32(16);
  const height = view.getUint32(12) - view.getUint32(20);
  const precision = (view.getUint8(42) & 127) + 1;
  requireAlike({ width, height, components: view.getUint16(40), precision }, image);
  const signed = view.getUint8(42) > 127;
  if (!signed) return { precision, coded: await codecs.decode("jpeg-2000", frame) };
  // The codec clips negative numbers of 8 bits to 0. As unsigned ones they are moved up by half.
  const unsigned = Uint8Array.from(frame);
  unsigned[42]! &= 127;
  return { precision, coded: movedDown(await codecs.decode("jpeg-2000", unsigned)) };
}

/** Numbers less half their range, in two's complement of 16 bits. */
function movedDown({ bits, bytes, ...decoded }: Decoded): Decoded {
  const half = 2 ** (bits - 1);
  const words = bits > 8 ? new Uint16Array(bytes.buffer) : Uint16Array.from(bytes);
  const moved = words.map((value) => value - half);
  return { ...decoded, bits: 16, bytes: new Uint8Array(moved.buffer) };
}

function lossless(frame: Uint8Array, image: StoredImage): Uint8Array | Uint16Array {
  const values = decodeLosslessJpeg(frame, requireFrame(frame, image, [LOSSLESS_PROCESS]));
  return image.allocated === 16 ? values : Uint8Array.from(values);
}

/** A codec's numbers as words of the width that the file names; their highest bits are cut off. */
function wordsOf(coded: Decoded, image: StoredImage): Uint8Array | Uint16Array {
  const { width, height, channels, bits, bytes } = coded;
  const count = image.width * image.height;
  const fits = width === image.width && height === image.height && channels === 1;
  if (!fits || bytes.length !== count * (bits > 8 ? 2 : 1)) {
    throw damaged("its compressed pixels contradict its header");
  }
  const found = bits > 8 ? new Uint16Array(bytes.buffer, bytes.byteOffset, count) : bytes;
  if (image.allocated === 8) return Uint8Array.from(found);
  return found instanceof Uint16Array ? found : Uint16Array.from(found);
}

/**
 * Words of a lossy stream that has more bits than are stored: noise may exceed the range, and is
 * clipped to it.
 */
function clipped(words: Uint8Array | Uint16Array, { bits, signed, allocated }: StoredImage): void {
  const least = signed ? -(2 ** (bits - 1)) : 0;
  const most = least + 2 ** bits - 1;
  const negative = signed ? 2 ** (allocated - 1) : Infinity;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = word >= negative ? word - 2 ** allocated : word;
    words[i] = Math.min(Math.max(value, least), most);
  }
}
