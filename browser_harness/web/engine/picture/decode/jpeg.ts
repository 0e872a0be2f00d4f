// Twin: reference/decoding/jpeg.py and reference/decoding/jpeg_frame.py.

import { PLAIN, type Picture } from "../picture.js";
import type { Codecs } from "./codecs.js";
import { orientationOf } from "./exif.js";
import { rgbFromCmykJpeg } from "./jpeg_cmyk.js";
import { BASELINE, EXTENDED, frameOf, PROGRESSIVE, type Frame } from "./jpeg_frame.js";
import { damaged, refusal } from "./refusal.js";
import { requireSize } from "./size.js";

/** Samplings of luma over chroma that the codec knows. */
const SAMPLINGS = ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4"];

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
    ...PLAIN,
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
  const [first, ...others] = components;
  if (!first || ![1, 3, 4].includes(components.length)) {
    throw refusal(`the JPEG has ${components.length} components`, "export it as PNG");
  }
  const chroma = others.slice(0, 2).every(({ across, down }) => across === 1 && down === 1);
  const black = others[2] ?? first;
  const alike = black.across === first.across && black.down === first.down;
  const sampling = `${first.across}x${first.down}`;
  if (others.length > 0 && !(chroma && alike && SAMPLINGS.includes(sampling))) {
    throw refusal("the JPEG samples its colours in a way that is not read", "export it as PNG");
  }
}

async function samplesOf(content: Uint8Array, frame: Frame, codecs: Codecs): Promise<Uint8Array> {
  const { width, height, components } = frame;
  const decoded = await codecs.decode("jpeg", content);
  const right = decoded.width === width && decoded.height === height;
  const count = width * height * components.length;
  if (!right || decoded.bytes.length !== count) throw damaged("its header contradicts its pixels");
  return decoded.bytes;
}
