import { Decoder as LosslessDecoder } from "jpeg-lossless-decoder-js";
import type { DataSet } from "dicom-parser";
import type { Codecs, Decoded } from "./codecs.js";
import {
  BIG_ENDIAN,
  DEFLATED,
  EXPLICIT,
  IMPLICIT,
  PIXELS,
  type DicomFile,
} from "./dicom_data_set.js";
import type { StoredImage } from "./dicom_image.js";
import { decodeRle } from "./dicom_rle.js";
import { requireKind } from "./jpeg.js";
import {
  BASELINE as BASELINE_PROCESS,
  EXTENDED as EXTENDED_PROCESS,
  frameOf,
  JPEG_LS as JPEG_LS_PROCESS,
  LOSSLESS as LOSSLESS_PROCESS,
} from "./jpeg_frame.js";
import { damaged, refusal } from "./refusal.js";

/** The length of what ends with a marker, and the tags of a fragment and of that marker. */
const UNDEFINED = 0xffffffff;
const ITEM = 0xe000fffe;
const ITEMS_END = 0xe0ddfffe;
const RLE = "1.2.840.10008.1.2.5";
const BASELINE = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];
const LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
const JPEG_LS = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
const JPEG_2000 = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];

/** The stored numbers of the one frame, as they stand in BitsAllocated. Throws EngineError. */
export async function storedValuesOf(
  { elements, transferSyntax }: DicomFile,
  image: StoredImage,
  codecs: Codecs,
): Promise<Uint8Array | Uint16Array> {
  if ([IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN].includes(transferSyntax)) {
    return words(nativeBytes(elements, image, transferSyntax === BIG_ENDIAN), image);
  }
  const frame = encapsulated(elements);
  if (transferSyntax === RLE) {
    return words(decodeRle(frame, image.width * image.height, image.allocated / 8), image);
  }
  if (LOSSLESS.includes(transferSyntax)) return lossless(frame, image);
  const coded = BASELINE.includes(transferSyntax)
    ? await baseline(frame, image, codecs)
    : JPEG_LS.includes(transferSyntax)
      ? await jpegLs(frame, image, codecs)
      : JPEG_2000.includes(transferSyntax)
        ? await jpeg2000(frame, image, codecs)
        : null;
  if (!coded) {
    throw refusal(
      `the DICOM image's transfer syntax ${transferSyntax} is not read`,
      "export it as PNG",
    );
  }
  return widened(coded, image);
}

function nativeBytes(set: DataSet, image: StoredImage, bigEndian: boolean): Uint8Array {
  const { dataOffset, length, vr } = set.elements[PIXELS]!;
  const needed = (image.width * image.height * image.allocated) / 8;
  if (length === UNDEFINED) throw damaged("its pixels are in fragments, but not compressed");
  if (bigEndian && image.allocated === 8 && vr === "OW") {
    throw refusal("the DICOM image swaps its 8-bit pixels");
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

async function baseline(frame: Uint8Array, image: StoredImage, codecs: Codecs): Promise<Decoded> {
  requireKind(requireFrame(frame, image, [BASELINE_PROCESS, EXTENDED_PROCESS]));
  return codecs.decode("jpeg", frame);
}

async function jpegLs(frame: Uint8Array, image: StoredImage, codecs: Codecs): Promise<Decoded> {
  requireFrame(frame, image, [JPEG_LS_PROCESS]);
  return codecs.decode("jpeg-ls", frame);
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

async function jpeg2000(frame: Uint8Array, image: StoredImage, codecs: Codecs): Promise<Decoded> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  // SOC and SIZ begin every codestream; SIZ has the corners of the image and its components.
  if (frame.length < 43 || view.getUint32(0) !== 0xff4fff51) {
    throw damaged("its compressed pixels do not begin like JPEG 2000");
  }
  const width = view.getUint32(8) - view.getUint32(16);
  const height = view.getUint32(12) - view.getUint32(20);
  const precision = (view.getUint8(42) & 127) + 1;
  requireAlike({ width, height, components: view.getUint16(40), precision }, image);
  return codecs.decode("jpeg-2000", frame);
}

function lossless(frame: Uint8Array, image: StoredImage): Uint8Array | Uint16Array {
  const { precision } = requireFrame(frame, image, [LOSSLESS_PROCESS]);
  const decoder = new LosslessDecoder(frame.buffer as ArrayBuffer, precision > 8 ? 2 : 1);
  let values: Uint8Array | Uint16Array | null;
  try {
    values = decoder.decode(frame.buffer as ArrayBuffer, frame.byteOffset, frame.byteLength);
  } catch {
    throw damaged("its pixels cannot be decoded");
  }
  if (!values || decoder.yLoc !== image.height) throw damaged("pixels are missing");
  return image.allocated === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
}

/** A codec's numbers in the container that the file names. */
function widened(coded: Decoded, image: StoredImage): Uint8Array | Uint16Array {
  const { width, height, channels, bits, bytes } = coded;
  const per = bits > 8 ? 2 : 1;
  const count = image.width * image.height;
  const fits = width === image.width && height === image.height && channels === 1;
  if (!fits || bytes.length !== count * per || bits > image.allocated) {
    throw damaged("its compressed pixels contradict its header");
  }
  if (per === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  return image.allocated === 8 ? bytes : Uint16Array.from(bytes);
}
