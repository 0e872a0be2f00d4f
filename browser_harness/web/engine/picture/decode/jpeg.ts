// Twin: reference/decoding/jpeg.py and reference/decoding/jpeg_frame.py.

import type { Picture } from "../picture.js";
import type { Codecs, Decoded } from "./codecs.js";
import { densityNotes } from "./density.js";
import { orientationOf } from "./exif.js";
import { rgbFromCmykJpeg } from "./jpeg_cmyk.js";
import { despiteExtraBytes } from "./jpeg_extra.js";
import {
  BASELINE,
  EXTENDED,
  frameOf,
  PROGRESSIVE,
  type Component,
  type Frame,
} from "./jpeg_frame.js";
import { damaged, refusal } from "./refusal.js";
import { requireSize } from "./size.js";

/** Samplings of luma over chroma of 1x1 that the codec knows. */
const SAMPLINGS = ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4"];

/** Blocks that a unit of several components may have. */
const MOST_BLOCKS = 10;

/**
 * The pixels of a JPEG of 8 bits: gray, or red, green and blue as libjpeg-turbo computes them with
 * its accurate transform and smooth upsampling. Throws EngineError `input-refused`.
 */
export async function decodeJpeg(
  content: Uint8Array<ArrayBuffer>,
  codecs: Codecs,
): Promise<Picture> {
  const frame = frameOf(content);
  requireKind(frame);
  const { width, height } = frame;
  requireSize(width, height);
  const four = frame.components.length === 4;
  const samples = four
    ? await rgbFromCmykJpeg(content, frame, codecs)
    : await samplesOf(content, frame, codecs);
  return {
    width,
    height,
    channels: frame.components.length === 1 ? 1 : 3,
    samples,
    white: 255,
    orientation: frame.exif ? orientationOf(frame.exif) : 1,
    format: "jpeg",
    ...densityNotes(frame.uneven),
  };
}

/** Refuses by name what is a JPEG but none that is decoded. */
export function requireKind({ process, precision, components }: Frame): void {
  if (![BASELINE, EXTENDED, PROGRESSIVE].includes(process)) {
    throw refusal("the JPEG is lossless, hierarchical or arithmetically coded", "export it as PNG");
  }
  if (precision !== 8) {
    throw refusal(`the JPEG has ${precision} bits per sample, 8 are read`, "export it as PNG");
  }
  if (![1, 3, 4].includes(components.length)) {
    throw refusal(`the JPEG has ${components.length} components`, "export it as PNG");
  }
  if (!isKnown(components)) {
    throw refusal("the JPEG samples its colours in a way that is not read", "export it as PNG");
  }
}

/** What libjpeg-turbo makes of gray or colours. Throws EngineError. */
export function turboDecode(content: Uint8Array, codecs: Codecs): Promise<Decoded> {
  return despiteExtraBytes(content, (stream) => codecs.decode("jpeg", stream));
}

/** Whether luma and chroma are sampled as TurboJPEG knows it. */
function isKnown([first, ...others]: readonly Component[]): boolean {
  if (!first || others.length === 0) return first !== undefined;
  const name = ({ across, down }: Component) => `${across}x${down}`;
  const sampling = name(first);
  if (others.every((one) => name(one) === sampling)) {
    return first.across * first.down * (1 + others.length) <= MOST_BLOCKS;
  }
  const [blue, red, black] = others.map(name);
  if (blue !== red || (black ?? sampling) !== sampling) return false;
  if (!black && sampling === "2x2" && (blue === "1x2" || blue === "2x1")) return true;
  return blue === "1x1" && SAMPLINGS.includes(sampling);
}

async function samplesOf(content: Uint8Array, frame: Frame, codecs: Codecs): Promise<Uint8Array> {
  const { width, height, components } = frame;
  const decoded = await turboDecode(content, codecs);
  const right = decoded.width === width && decoded.height === height;
  const count = width * height * components.length;
  if (!right || decoded.bytes.length !== count) throw damaged("its header contradicts its pixels");
  return decoded.bytes;
}
