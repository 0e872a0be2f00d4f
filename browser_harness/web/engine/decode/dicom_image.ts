import type { DataSet } from "dicom-parser";
import { damaged, refusal } from "./refusal.js";
import { requireSize } from "./size.js";

const PNG = "export it as PNG";

/** What a DICOM file says about the pixels it stores. */
export interface StoredImage {
  readonly width: number;
  readonly height: number;
  /** Bits of the container: 8 or 16; bits in use; whether they are a signed number. */
  readonly allocated: 8 | 16;
  readonly bits: number;
  readonly signed: boolean;
  /** MONOCHROME1: the smallest number is white. */
  readonly inverted: boolean;
}

/** Reads and checks the image's attributes. Throws EngineError, which names what is not read. */
export function storedImageOf(set: DataSet): StoredImage {
  const frames = set.string("x00280008")?.trim() ?? "";
  if (frames !== "" && frames !== "1") {
    throw refusal(`the DICOM file holds ${frames} frames, one is read`, "export one frame");
  }
  if (!set.elements["x7fe00010"]) {
    const float = set.elements["x7fe00008"] ?? set.elements["x7fe00009"];
    throw float
      ? refusal("the DICOM file holds pixels of floating point", PNG)
      : refusal("the DICOM file holds no pixels", "choose a DICOM file with an image");
  }
  const photometric = set.string("x00280004")?.trim() ?? "";
  if (photometric !== "MONOCHROME1" && photometric !== "MONOCHROME2") {
    throw refusal(`the DICOM image is ${photometric || "of no named kind"}, gray is read`, PNG);
  }
  const samples = number(set, "x00280002", "SamplesPerPixel");
  if (samples !== 1) throw refusal(`the DICOM image has ${samples} samples per pixel`, PNG);
  const allocated = number(set, "x00280100", "BitsAllocated");
  const bits = number(set, "x00280101", "BitsStored");
  if ((allocated !== 8 && allocated !== 16) || bits < 8 || bits > allocated) {
    throw refusal(`the DICOM image stores ${bits} bits in ${allocated}, 8 to 16 are read`, PNG);
  }
  const high = set.uint16("x00280102") ?? bits - 1;
  if (high !== bits - 1) throw refusal(`the DICOM image's highest bit is ${high}`, PNG);
  const signed = number(set, "x00280103", "PixelRepresentation");
  if (signed > 1) throw damaged("PixelRepresentation is neither 0 nor 1");
  const [height, width] = [number(set, "x00280010", "Rows"), number(set, "x00280011", "Columns")];
  requireSize(width, height);
  const inverted = photometric === "MONOCHROME1";
  return { width, height, allocated, bits, signed: signed === 1, inverted };
}

function number(set: DataSet, tag: string, name: string): number {
  const element = set.elements[tag];
  const value = element && element.length === 2 ? set.uint16(tag) : undefined;
  if (value === undefined) throw damaged(`${name} is missing`);
  return value;
}
