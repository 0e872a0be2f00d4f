import { NOTES, type Note, type Picture } from "../picture.js";
import type { Codecs } from "./codecs.js";
import { pixelAspectOf } from "./dicom_aspect.js";
import { readDicom } from "./dicom_data_set.js";
import { displayOf } from "./dicom_display.js";
import { fullDisplayOf } from "./dicom_full.js";
import { headerOf } from "./dicom_header.js";
import { storedImageOf } from "./dicom_image.js";
import { storedValuesOf } from "./dicom_pixels.js";

export { isDicom } from "./dicom_data_set.js";

/**
 * The one gray frame of a DICOM file as it is to be displayed. Throws EngineError `input-refused`,
 * which names what is not read.
 */
export async function decodeDicom(
  content: Uint8Array<ArrayBuffer>,
  codecs: Codecs,
  full = false,
): Promise<Picture> {
  const file = await readDicom(content);
  const image = storedImageOf(file.elements);
  const { table, white, corrected } = displayOf(file.elements, image);
  const aspect = pixelAspectOf(file.elements);
  const applies: Record<Note, boolean> = {
    "lut-descriptor": corrected,
    "presentation-lut-shape": image.contradicted,
    "pixel-aspect-ratio": aspect !== 1,
    "pixel-density": false,
  };
  const stored = await storedValuesOf(file, image, codecs);
  const whole = full ? fullDisplayOf(file.elements, image) : null;
  const used = 2 ** image.bits - 1; // bits above may hold an overlay
  const through = (table: Uint8Array | Uint16Array) => {
    const samples =
      table instanceof Uint8Array ? new Uint8Array(stored.length) : new Uint16Array(stored.length);
    for (let i = 0; i < stored.length; i++) samples[i] = table[stored[i]! & used]!;
    return samples;
  };
  const { width, height } = image;
  return {
    ...{ width, height, channels: 1, samples: through(table), white },
    ...{ orientation: 1, format: "dicom", aspect, notes: NOTES.filter((note) => applies[note]) },
    ...(whole && { full: { ...whole, samples: through(whole.table) } }),
    ...(full && { header: headerOf(file.elements) }),
  };
}
