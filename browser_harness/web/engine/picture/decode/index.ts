// Twin: reference/decoding/__init__.py.

import { MAX_BYTES, type Picture } from "../picture.js";
import type { Codecs } from "./codecs.js";
import { decodeDicom, isDicom } from "./dicom.js";
import { decodeJpeg } from "./jpeg.js";
import { decodePng } from "./png.js";
import { AGAIN, refusal } from "./refusal.js";
import { tooLarge } from "./size.js";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8];

/**
 * The picture in the bytes of a PNG, JPEG or DICOM file, told apart by their contents; sample for
 * sample what reference/decoding gives.
 *
 * @param full whether DICOM's samples before its window are wanted too.
 * Throws EngineError `input-refused` when the file is empty, too large, of another kind, truncated,
 * damaged or of a variety that is not read.
 */
export async function decodePicture(
  content: Uint8Array<ArrayBuffer>,
  codecs: Codecs,
  full = false,
): Promise<Picture> {
  if (content.length === 0) throw refusal("the file is empty", AGAIN, "empty");
  if (content.length > MAX_BYTES) throw tooLarge(content.length);
  if (startsWith(content, PNG)) return decodePng(content);
  if (startsWith(content, JPEG)) return decodeJpeg(content, codecs);
  if (isDicom(content)) return decodeDicom(content, codecs, full);
  throw refusal("the file is not a PNG, JPEG or DICOM image", AGAIN, "not-an-image");
}

function startsWith(content: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => content[i] === byte);
}
