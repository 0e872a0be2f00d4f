import { EngineError, MAX_BYTES, PictureReader, type Preprocess } from "../engine/index.js";

/** An image file that cannot be used; the message is for the user. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/**
 * A PNG, JPEG or DICOM file as model inputs, one by each definition, made in a worker by the page's
 * own decoders. Throws ImageError, which names the file.
 */
export async function inputsFrom(
  file: File,
  definitions: readonly Preprocess[],
  reader: PictureReader,
): Promise<readonly Float32Array[]> {
  if (file.size > MAX_BYTES) {
    throw new ImageError(`${file.name}: the file is larger than ${MAX_BYTES / 1024 ** 2} MiB.`);
  }
  const content = await contentOf(file);
  try {
    const { inputs } = await reader.read({ content, inputs: definitions, samples: false });
    return inputs;
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "input-refused") throw error;
    throw new ImageError(`${file.name}: ${error.message}.`);
  }
}

async function contentOf(file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new ImageError(`${file.name} cannot be read; choose it again.`);
  }
}
