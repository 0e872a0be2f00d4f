import { EngineError, fetchVerified, type Backend, type Preprocess } from "../../engine/index.js";
import type { PrepareReply, PrepareRequest, TensorText } from "../contract.js";
import { writeTensor } from "../tensors.js";
import { browserDecoder } from "./browser_decoder.js";
import { canvas, canvasDefault } from "./canvas.js";
import { exact } from "./exact.js";
import { imageBitmapDefault, imageBitmapHigh } from "./image_bitmap.js";
import { imgFromPixels } from "./img_from_pixels.js";
import type { Pipeline } from "./pipeline.js";
import { tfResizeBilinear } from "./tf_resize_bilinear.js";

/** Every way to prepare an image; what each is, is told in browser_harness/drive/pipelines.py. */
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

/** A pipeline by its name. Throws EngineError `input-refused`. */
export function pipelineNamed(name: string): Pipeline {
  const pipeline = PIPELINES.get(name);
  if (pipeline) return pipeline;
  const known = [...PIPELINES.keys()].join(", ");
  throw new EngineError("input-refused", `there is no pipeline ${name}; the page has ${known}`);
}

/** Prepares a file by one pipeline. Throws EngineError `file-refused` or `input-refused`. */
export async function prepareBy(request: PrepareRequest, backend: Backend): Promise<PrepareReply> {
  const pipeline = pipelineNamed(request.pipeline);
  const { content, definition } = request;
  const bytes = new Uint8Array(await fetchVerified(content.url, content, "the image"));
  const found = await pipeline(bytes, definition, backend);
  if ("unsupported" in found) return { prepared: null, unsupported: found.unsupported };
  const { input, ...facts } = found;
  return { prepared: { input: await writeInput(input, definition), ...facts }, unsupported: null };
}

/** A model input as text. */
export function writeInput(values: Float32Array, to: Preprocess): Promise<TensorText> {
  const shape = [1, to.channels, to.size, to.size];
  return writeTensor({ spec: { name: "image", shape, dtype: "float32" }, values });
}
