// Twin: reference/decoding/dicom_data_set.py.

import {
  bigEndianByteArrayParser,
  ByteStream,
  DataSet,
  littleEndianByteArrayParser,
  readDicomElementExplicit,
  readDicomElementImplicit,
  type ByteArrayParser,
  type Element,
} from "dicom-parser";
import { BIG_ENDIAN, IMPLICIT, PIXELS, UNDEFINED } from "./dicom_syntax.js";
import { damaged } from "./refusal.js";

/** Value representations whose length has four bytes, after two that are reserved. */
const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];

/** The mark that ends a sequence of undefined length, that of an item, and how an item begins. */
const SEQUENCE_END = "xfffee0dd";
const ITEM_END = "xfffee00d";
const ITEM = "xfffee000";

/** More elements than any image has before its pixels. */
const MAX_ELEMENTS = 300_000;

/** How elements are written. */
export interface Coding {
  readonly implicit: boolean;
  readonly parser: ByteArrayParser;
}

export function codingOf(transferSyntax: string): Coding {
  return {
    implicit: transferSyntax === IMPLICIT,
    parser: transferSyntax === BIG_ENDIAN ? bigEndianByteArrayParser : littleEndianByteArrayParser,
  };
}

/**
 * Reads elements from `start` on, up to the pixels or to where `stop` says so. Throws where one is
 * cut off or they are not coded as the file says.
 *
 * An end mark of a sequence that ends none is passed over; of an item only if `marks`.
 *
 * A sequence of known length is passed over, as pydicom does: what is in it concerns nobody unless
 * it is asked for (`firstItemOf`).
 */
export function readElements(
  content: Uint8Array,
  start: number,
  coding: Coding,
  stop: (at: number) => boolean = () => false,
  marks = false,
): { elements: DataSet; end: number } {
  if (content.length >= start + 6 && coding.implicit === hasLetters(content, start)) {
    throw damaged("its elements are not coded as it says");
  }
  const set = new DataSet(coding.parser, content, {});
  let at = start;
  for (let count = 0; at + 8 <= content.length && !stop(at); count++) {
    if (count > MAX_ELEMENTS) throw damaged("it has far too many elements");
    const element = readElement(content, at, coding);
    set.elements[element.tag] = element;
    // Hexadecimal letters are in the order of their values; a mark that ends nothing is passed over.
    const passed = element.tag === SEQUENCE_END || (marks && isItemEnd(element));
    const stray = element.tag === ITEM || (element.tag === ITEM_END && !passed);
    if (marks && stray) throw damaged("a mark of a sequence's items stands among its elements");
    if (element.tag >= PIXELS && !passed) return { elements: set, end: at };
    at = element.dataOffset + element.length;
  }
  if (at + 8 > content.length && at !== content.length) throw damaged("it ends within an element");
  return { elements: set, end: at };
}

/** Whether an element names its value representation. */
function hasLetters(content: Uint8Array, at: number): boolean {
  return /^[A-Z]{2}$/.test(String.fromCharCode(...content.subarray(at + 4, at + 6)));
}

function isItemEnd({ tag, length }: Element): boolean {
  return tag === ITEM_END && length === 0;
}

/** The first item of a sequence; null where there is none. Throws where it is malformed. */
export function firstItemOf(set: DataSet, tag: string): DataSet | null {
  const element = set.elements[tag];
  if (!element || element.length === 0) return null;
  if (element.items?.length) return element.items[0]!.dataSet ?? null;
  const { byteArray, byteArrayParser: parser } = set;
  const content = byteArray.subarray(0, element.dataOffset + element.length) as Uint8Array;
  const start = element.dataOffset + 8;
  if (element.length < 8) throw damaged("a sequence is cut off");
  if (element.items && tagAt(content, start - 8, parser) === SEQUENCE_END) return null;
  const group = parser.readUint16(content, start - 8);
  const number = parser.readUint16(content, start - 6);
  const length = parser.readUint32(content, start - 4);
  if (group !== 0xfffe || number !== 0xe000)
    throw damaged("a sequence does not begin with an item");
  const end = length === UNDEFINED ? content.length : start + length;
  if (end > content.length) throw damaged("a sequence is cut off");
  // What is in an unknown element of undefined length is implicit, or not, as writers please.
  const unknown = element.items && element.vr === "UN" && !hasLetters(content, start);
  const coding = { implicit: unknown || element.vr === undefined, parser };
  return readElements(content.subarray(0, end), start, coding).elements;
}

/**
 * The element at a place. An explicit one whose value representation is no letters is taken for an
 * implicit one, which some writers put between the others.
 */
function readElement(content: Uint8Array, at: number, coding: Coding): Element {
  const element = headOf(content, at, coding);
  if (element.length === UNDEFINED) {
    return element.tag === PIXELS ? element : readToMarker(content, at, element, coding);
  }
  if (element.dataOffset + element.length > content.length) {
    throw damaged("an element ends after the file");
  }
  return element;
}

function headOf(content: Uint8Array, at: number, { implicit, parser }: Coding): Element {
  const tag = tagAt(content, at, parser);
  const vr = String.fromCharCode(content[at + 4]!, content[at + 5]!);
  if (implicit || vr < "AA" || vr > "ZZ") {
    return { tag, length: parser.readUint32(content, at + 4), dataOffset: at + 8 };
  }
  const long = LONG.includes(vr);
  const length = long ? parser.readUint32(content, at + 8) : parser.readUint16(content, at + 6);
  return { tag, vr, length, dataOffset: at + (long ? 12 : 8) };
}

function tagAt(content: Uint8Array, at: number, parser: ByteArrayParser): string {
  const [group, number] = [at, at + 2].map((place) => {
    return parser.readUint16(content, place).toString(16).padStart(4, "0");
  });
  return `x${group}${number}`;
}

/** An element that ends with a marker; of a sequence `items` is empty, and read when asked for. */
function readToMarker(content: Uint8Array, at: number, head: Element, { parser }: Coding): Element {
  const { vr, dataOffset } = head;
  const listed = vr === "SQ" || vr === "UN";
  if (listed || (vr === undefined && isSequenceAt(content, dataOffset, parser))) {
    const end = endOfSequence(content, dataOffset, { implicit: vr === undefined, parser });
    return { ...head, length: end - dataOffset, items: [] };
  }
  const stream = new ByteStream(parser, content, at);
  const element =
    vr === undefined
      ? readDicomElementImplicit(stream)
      : readDicomElementExplicit(stream, stream.warnings);
  if (stream.warnings.length > 0) throw damaged("an element ends after the file");
  return { ...element, length: stream.position - element.dataOffset };
}

function isSequenceAt(content: Uint8Array, at: number, parser: ByteArrayParser): boolean {
  return at + 8 <= content.length && [ITEM, SEQUENCE_END].includes(tagAt(content, at, parser));
}

/**
 * Where a sequence of undefined length ends, after its mark. Whatever else stands where an item is
 * due counts as one, as for pydicom: an item's end mark that ends none is an item without elements.
 */
function endOfSequence(content: Uint8Array, start: number, coding: Coding): number {
  for (let at = start; at + 8 <= content.length;) {
    if (tagAt(content, at, coding.parser) === SEQUENCE_END) return at + 8;
    const length = coding.parser.readUint32(content, at + 4);
    at = length === UNDEFINED ? endOfItem(content, at + 8, coding) : at + 8 + length;
  }
  throw damaged("a sequence is cut off");
}

/** Where an item of undefined length ends, after its mark. */
function endOfItem(content: Uint8Array, start: number, coding: Coding): number {
  for (let at = start; at + 8 <= content.length;) {
    if (tagAt(content, at, coding.parser) === ITEM_END) return at + 8;
    const { dataOffset, length } = readElement(content, at, coding);
    // Fragments of an icon's pixels are written as items are.
    at = length === UNDEFINED ? endOfSequence(content, dataOffset, coding) : dataOffset + length;
  }
  throw damaged("an item is cut off");
}
