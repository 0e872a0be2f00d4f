import {
  bigEndianByteArrayParser,
  ByteStream,
  DataSet,
  littleEndianByteArrayParser,
  readDicomElementExplicit,
  readDicomElementImplicit,
  type Element,
} from "dicom-parser";
import { EngineError } from "../errors.js";
import { MAX_BYTES } from "../picture.js";
import { textOf } from "./dicom_values.js";
import { inflateUpTo } from "./inflate.js";
import { damaged } from "./refusal.js";

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";

const PREAMBLE = 128;
const TRANSFER_SYNTAX = "x00020010";
export const PIXELS = "x7fe00010";
/** More elements than any image has before its pixels. */
const MAX_ELEMENTS = 300_000;
/** Value representations with a length of four bytes that came into the standard in 2018. */
const NEWER = ["OV", "SV", "UV"];
/** Group 8 comes first in every image that has no file header. */
const IDENTIFYING = 0x0008;
const META = 0x0002;

type Bytes = Uint8Array<ArrayBuffer>;

/** The elements of a DICOM file up to the pixels and how its pixels are coded. */
export interface DicomFile {
  readonly elements: DataSet;
  readonly transferSyntax: string;
}

/** Whether bytes begin like a DICOM file, or like a data set without the file's header. */
export function isDicom(content: Uint8Array): boolean {
  return hasPreamble(content) || startsLikeDataSet(content);
}

/**
 * Reads the elements up to the pixels; what follows them is not looked at. Without a file meta
 * group, the data set is explicit if its first element's fifth and sixth byte are capital letters.
 *
 * Throws EngineError when they are cut off, malformed, too many, or not coded as the file says.
 */
export async function readDicom(content: Bytes): Promise<DicomFile> {
  try {
    return await read(content);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw damaged("its elements cannot be read");
  }
}

async function read(content: Bytes): Promise<DicomFile> {
  const start = hasPreamble(content) ? PREAMBLE + 4 : 0;
  if (groupAt(content, start) !== META) {
    const explicit = /^[A-Z]{2}$/.test(textAt(content, start + 4, 2));
    return dataSet(content, start, explicit ? EXPLICIT : IMPLICIT);
  }
  const meta = parse(content, start, EXPLICIT, (at) => groupAt(content, at) !== META);
  const transferSyntax = textOf(meta.elements, TRANSFER_SYNTAX);
  if (!transferSyntax) throw damaged("it does not say how its pixels are coded");
  if (transferSyntax !== DEFLATED) return dataSet(content, meta.end, transferSyntax);
  return dataSet(await inflatePadded(content.subarray(meta.end)), 0, DEFLATED);
}

/** A deflated data set may be followed by one zero, so that its length is even. */
async function inflatePadded(content: Bytes): Promise<Bytes> {
  try {
    return await inflateUpTo(content, MAX_BYTES);
  } catch (error) {
    if (content.at(-1) !== 0) throw error;
    return inflateUpTo(content.subarray(0, -1), MAX_BYTES);
  }
}

function dataSet(content: Bytes, start: number, transferSyntax: string): DicomFile {
  const letters = textAt(content, start + 4, 2);
  if (letters.length === 2 && (transferSyntax === IMPLICIT) === /^[A-Z]{2}$/.test(letters)) {
    throw damaged("its elements are not coded as it says");
  }
  return { ...parse(content, start, transferSyntax, () => false), transferSyntax };
}

/** Reads elements from `start` on, up to the pixels or to where `stop` says so. */
function parse(
  content: Bytes,
  start: number,
  transferSyntax: string,
  stop: (at: number) => boolean,
): { elements: DataSet; end: number } {
  const parser =
    transferSyntax === BIG_ENDIAN ? bigEndianByteArrayParser : littleEndianByteArrayParser;
  const found: DataSet["elements"] = {};
  if (start >= content.length) return { elements: new DataSet(parser, content, found), end: start };
  const stream = new ByteStream(parser, content, start);
  let count = 0;
  while (stream.position < content.length && !stop(stream.position)) {
    if (++count > MAX_ELEMENTS) throw damaged("it has far too many elements");
    const element = transferSyntax === IMPLICIT ? readImplicit(stream) : readExplicit(stream);
    if (stream.warnings.length > 0) throw damaged("its elements are cut off");
    found[element.tag] = element;
    if (element.tag >= PIXELS) break; // hexadecimal letters are in the order of their values
  }
  return { elements: new DataSet(parser, content, found), end: stream.position };
}

function readImplicit(stream: ByteStream): Element {
  return readDicomElementImplicit(stream, PIXELS);
}

function readExplicit(stream: ByteStream): Element {
  const { position } = stream;
  const vr = textAt(stream.byteArray, position + 4, 2);
  if (!NEWER.includes(vr)) {
    return readDicomElementExplicit(stream, stream.warnings, PIXELS);
  }
  // The parser does not know that these have a length of four bytes.
  stream.seek(8);
  const length = stream.readUint32();
  const element = { tag: tagAt(stream, position), vr, length, dataOffset: stream.position };
  stream.seek(length);
  return element;
}

function tagAt({ byteArrayParser, byteArray }: ByteStream, at: number): string {
  const [group, element] = [at, at + 2].map((where) =>
    byteArrayParser.readUint16(byteArray, where).toString(16).padStart(4, "0"),
  );
  return `x${group}${element}`;
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
