// Twin: reference/decoding/dicom_syntax.py.

import { refusal } from "./refusal.js";

/** Pixel Data, as dicom-parser names tags. */
export const PIXELS = "x7fe00010";

/** A length that is not given: the value ends with a marker. */
export const UNDEFINED = 0xffffffff;

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";

const JPEG = "1.2.840.10008.1.2.4.";
const NAMES = new Map([
  [`${JPEG}52`, "JPEG Extended, processes 3 and 5"],
  [`${JPEG}53`, "JPEG Spectral Selection"],
  [`${JPEG}55`, "JPEG Full Progression"],
  [`${JPEG}92`, "JPEG 2000 Part 2, lossless"],
  [`${JPEG}93`, "JPEG 2000 Part 2"],
  [`${JPEG}94`, "JPIP Referenced"],
  [`${JPEG}95`, "JPIP Referenced Deflate"],
  [`${JPEG}100`, "MPEG-2"],
  [`${JPEG}102`, "MPEG-4 AVC/H.264"],
  [`${JPEG}110`, "JPEG XL Lossless"],
  [`${JPEG}111`, "JPEG XL JPEG Recompression"],
  [`${JPEG}112`, "JPEG XL"],
  [`${JPEG}201`, "High-Throughput JPEG 2000, lossless"],
  [`${JPEG}202`, "High-Throughput JPEG 2000, lossless, RPCL"],
  [`${JPEG}203`, "High-Throughput JPEG 2000"],
]);

/** The error of a transfer syntax that is not read, by its UID and its name if known. */
export function unreadSyntax(uid: string) {
  const name = NAMES.get(uid);
  return refusal(
    `the DICOM image's TransferSyntaxUID ${uid}${name ? ` (${name})` : ""} is not read`,
    "export it in Explicit VR Little Endian, or as PNG",
  );
}
