// Twin: reference/decoding/dicom_image.py and reference/decoding/dicom_pixels.py.

import type { DataSet } from "dicom-parser";
import { PIXELS } from "./dicom_syntax.js";
import { integerOf, textOf } from "./dicom_values.js";
import { damaged, refusal } from "./refusal.js";
import { requireSize } from "./size.js";

const PNG = "export it as PNG";

/** How NumberOfFrames says one; some writers say 0. */
const ONE_FRAME = /^(\+?0*[01])?$/;

/** What a DICOM file says about the pixels it stores. */
export interface StoredImage {
  readonly width: number;
  readonly height: number;
  /** Bits of a stored word. */
  readonly allocated: 8 | 16;
  /** How many of them, the lowest, are the value, and whether it is in two's complement. */
  readonly bits: number;
  readonly signed: boolean;
  /** The smallest value is white. */
  readonly inverted: boolean;
  /** Presentation LUT Shape says another thing than the photometric interpretation. */
  readonly contradicted: boolean;
}

/** Reads and checks the image's attributes. Throws EngineError, which names what is not read. */
export function storedImageOf(set: DataSet): StoredImage {
  const frames = textOf(set, "x00280008");
  if (!ONE_FRAME.test(frames)) {
    throw refusal(`the DICOM file holds ${frames} frames, one is read`, "export one frame");
  }
  if (!set.elements[PIXELS]) throw withoutPixels(set);
  const photometric = textOf(set, "x00280004");
  if (photometric !== "MONOCHROME1" && photometric !== "MONOCHROME2") {
    const found = `the DICOM image's PhotometricInterpretation is ${photometric || "missing"}`;
    const gray = "gray is read (MONOCHROME1, MONOCHROME2)";
    throw refusal(`${found}, ${gray}`, "convert it to MONOCHROME2, or export it as PNG");
  }
  const samples = needed(set, "x00280002", "SamplesPerPixel");
  if (samples !== 1) {
    throw refusal(`the DICOM image has SamplesPerPixel ${samples}, 1 is read`, PNG);
  }
  const allocated = needed(set, "x00280100", "BitsAllocated");
  const bits = needed(set, "x00280101", "BitsStored");
  if ((allocated !== 8 && allocated !== 16) || bits < 8 || bits > allocated) {
    const found = `the DICOM image has BitsStored ${bits} in BitsAllocated ${allocated}`;
    throw refusal(`${found}, 8 to 16 in 8 or 16 are read`, PNG);
  }
  const high = integerOf(set, "x00280102") ?? bits - 1;
  if (high !== bits - 1) {
    throw refusal(`the DICOM image's HighBit is ${high}, ${bits - 1} is read`, PNG);
  }
  const signed = needed(set, "x00280103", "PixelRepresentation");
  if (signed > 1) throw damaged("PixelRepresentation is neither 0 nor 1");
  const height = needed(set, "x00280010", "Rows");
  const width = needed(set, "x00280011", "Columns");
  requireSize(width, height);
  const usual = photometric === "MONOCHROME1" ? "INVERSE" : "IDENTITY";
  const shape = textOf(set, "x20500020") || usual;
  if (shape !== "INVERSE" && shape !== "IDENTITY") {
    throw refusal(`the DICOM image's PresentationLUTShape ${shape} is not read`, PNG);
  }
  const polarity = { inverted: shape === "INVERSE", contradicted: shape !== usual };
  return { width, height, allocated, bits, signed: signed === 1, ...polarity };
}

function withoutPixels({ elements }: DataSet) {
  if (elements["x7fe00008"] || elements["x7fe00009"]) {
    return refusal("the DICOM file holds pixels of floating point", PNG);
  }
  const what = elements["x00420011"] ? "a document and no pixels" : "no pixels";
  return refusal(`the DICOM file holds ${what}`, "choose a DICOM file with an image");
}

function needed(set: DataSet, tag: string, name: string): number {
  const value = integerOf(set, tag);
  if (value === null) throw damaged(`${name} is missing`);
  return value;
}
