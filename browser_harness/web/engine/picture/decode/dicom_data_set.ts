// Twin: reference/decoding/dicom_data_set.py.

import type { DataSet } from "dicom-parser";
import { EngineError } from "../../errors.js";
import { MAX_BYTES } from "../picture.js";
import { codingOf, readElements } from "./dicom_elements.js";
import { DEFLATED, EXPLICIT, IMPLICIT } from "./dicom_syntax.js";
import { textOf } from "./dicom_values.js";
import { inflateUpTo } from "./inflate.js";
import { damaged } from "./refusal.js";

const PREAMBLE = 128;
const TRANSFER_SYNTAX = "x00020010";
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
  const meta = readElements(
    content,
    start,
    codingOf(EXPLICIT),
    (at) => groupAt(content, at) !== META,
  );
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
  const coding = codingOf(transferSyntax);
  return { ...readElements(content, start, coding, () => false, true), transferSyntax };
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
