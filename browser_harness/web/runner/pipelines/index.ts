import { EngineError, fetchVerified, type Backend } from "../../engine/index.js";
import type { PrepareReply, PrepareRequest } from "../contract.js";
import { writeTensor } from "../tensors.js";
import { browserDecoder } from "./browser_decoder.js";
import { canvas, canvasDefault } from "./canvas.js";
import { exact } from "./exact.js";
import { imageBitmapDefault, imageBitmapHigh } from "./image_bitmap.js";
import { imgFromPixels } from "./img_from_pixels.js";
import type { Pipeline } from "./pipeline.js";
import { tfResizeBilinear } from "./tf_resize_bilinear.js";

/** Every way to prepare an image; what each is, is told in browser_harness/pipelines.py. */
const PIPELINES: ReadonlyMap<string, Pipeline> = new Map([
  ["exact", exact],
  ["canvas", canvas],
  ["canvas-default", canvasDefault],
  ["img-from-pixels", imgFromPixels],
  ["image-bitmap", imageBitmapDefault],
  ["image-bitmap-high", imageBitmapHigh],
  ["tf-resize-bilinear", tfResizeBilinear],
  ["browser-decoder", browserDecoder],
]);

/** Prepares a file by one pipeline. Throws EngineError `file-refused` or `input-refused`. */
export async function prepareBy(request: PrepareRequest, backend: Backend): Promise<PrepareReply> {
  const pipeline = PIPELINES.get(request.pipeline);
  if (!pipeline) {
    const known = [...PIPELINES.keys()].join(", ");
    throw new EngineError(
      "input-refused",
      `there is no pipeline ${request.pipeline}; the page has ${known}`,
    );
  }
  const { content, definition } = request;
  const bytes = new Uint8Array(await fetchVerified(content.url, content, "the image"));
  const found = await pipeline(bytes, definition, backend);
  if ("unsupported" in found) return { prepared: null, unsupported: found.unsupported };
  const { input, ...facts } = found;
  const shape = [1, definition.channels, definition.size, definition.size];
  const spec = { name: "image", shape, dtype: "float32" as const };
  const tensor = await writeTensor({ spec, values: input });
  return { prepared: { input: tensor, ...facts }, unsupported: null };
}
