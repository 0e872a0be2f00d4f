/** Pixel Data, as dicom-parser names tags. */
export const PIXELS = "x7fe00010";

/** A length that is not given: the value ends with a marker. */
export const UNDEFINED = 0xffffffff;

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";
