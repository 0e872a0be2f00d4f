import {
  bigEndianByteArrayParser,
  ByteStream,
  DataSet,
  littleEndianByteArrayParser,
  parseDicomDataSetExplicit,
  parseDicomDataSetImplicit,
} from "dicom-parser";
import { MAX_BYTES } from "../picture.js";
import { inflateUpTo } from "./inflate.js";
import { damaged } from "./refusal.js";

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";

const PREAMBLE = 128;
const TRANSFER_SYNTAX = "x00020010";
/** Group 8 comes first in every image that has no file header. */
const IDENTIFYING = 0x0008;
const META = 0x0002;

/** The elements of a DICOM file and how its pixels are coded. */
export interface DicomFile {
  readonly elements: DataSet;
  readonly transferSyntax: string;
}

/** Whether bytes begin like a DICOM file, or like a data set without the file's header. */
export function isDicom(content: Uint8Array): boolean {
  return hasPreamble(content) || startsLikeDataSet(content);
}

/** Reads all elements. Throws EngineError when they are cut off or nested without end. */
export async function readDicom(content: Uint8Array<ArrayBuffer>): Promise<DicomFile> {
  try {
    return await read(content);
  } catch (error) {
    if (error instanceof Error && error.name === "EngineError") throw error;
    throw damaged("its elements cannot be read");
  }
}

async function read(content: Uint8Array<ArrayBuffer>): Promise<DicomFile> {
  const start = hasPreamble(content) ? PREAMBLE + 4 : 0;
  if (groupAt(content, start) !== META) {
    const explicit = /^[A-Z]{2}$/.test(textAt(content, start + 4, 2));
    const transferSyntax = explicit ? EXPLICIT : IMPLICIT;
    return { elements: parse(content, start, transferSyntax), transferSyntax };
  }
  const end = endOfMeta(content, start);
  const meta = parse(content.subarray(0, end), start, EXPLICIT);
  const transferSyntax = meta.string(TRANSFER_SYNTAX);
  if (!transferSyntax) throw damaged("it does not say how its pixels are coded");
  if (transferSyntax === DEFLATED) {
    const inflated = await inflatePadded(content.subarray(end));
    return { elements: parse(inflated, 0, EXPLICIT), transferSyntax };
  }
  return { elements: parse(content, end, transferSyntax), transferSyntax };
}

/** A deflated data set may be followed by one zero, so that its length is even. */
async function inflatePadded(content: Uint8Array<ArrayBuffer>) {
  try {
    return await inflateUpTo(content, MAX_BYTES);
  } catch (error) {
    if (content.at(-1) !== 0) throw error;
    return inflateUpTo(content.subarray(0, -1), MAX_BYTES);
  }
}

/** The file's header is everything of group 2, whatever length it gives itself. */
function endOfMeta(content: Uint8Array, start: number): number {
  let at = start;
  while (groupAt(content, at) === META) {
    const long = ["OB", "OW", "OF", "SQ", "UT", "UN"].includes(textAt(content, at + 4, 2));
    const view = new DataView(
      content.buffer,
      content.byteOffset + at,
      Math.min(12, content.length - at),
    );
    at += long ? 12 + view.getUint32(8, true) : 8 + view.getUint16(6, true);
  }
  return at;
}

function parse(content: Uint8Array, start: number, transferSyntax: string): DataSet {
  const bytes =
    transferSyntax === BIG_ENDIAN ? bigEndianByteArrayParser : littleEndianByteArrayParser;
  const stream = new ByteStream(bytes, content, start);
  const set = new DataSet(bytes, content, {});
  if (transferSyntax === IMPLICIT) parseDicomDataSetImplicit(set, stream);
  else parseDicomDataSetExplicit(set, stream);
  if (stream.warnings.length > 0) throw damaged("its elements are cut off");
  return set;
}

function hasPreamble(content: Uint8Array): boolean {
  return textAt(content, PREAMBLE, 4) === "DICM";
}

function startsLikeDataSet(content: Uint8Array): boolean {
  const group = groupAt(content, 0);
  return (group === IDENTIFYING || group === META) && content.length > 132;
}

function groupAt(content: Uint8Array, at: number): number {
  return (content[at] ?? NaN) + 256 * (content[at + 1] ?? NaN);
}

function textAt(content: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...content.subarray(at, at + length));
}
