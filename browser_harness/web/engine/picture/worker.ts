// The worker in which files become inputs, so that the page's own thread stays free.
import "../../witness/witness.js"; // first
import { Codecs } from "./decode/codecs.js";
import { decodePicture } from "./decode/index.js";
import { EngineError, wordsOf } from "../errors.js";
import type { Picture } from "./picture.js";
import type { PictureReply, PictureRequest, PictureResult } from "./messages.js";
import { preprocess } from "./preprocess.js";
import { viewOf } from "./view.js";

const NOTHING = { inputs: [], samples: null, view: null };
const codecs = new Codecs(new URL(".", self.location.href).href);

async function read(request: PictureRequest): Promise<PictureResult> {
  const start = performance.now();
  const content = new Uint8Array(request.content);
  const wanted = request.view ?? null;
  const { samples, full, ...facts } = await decodePicture(content, codecs, wanted !== null);
  const decoded = performance.now();
  const picture: Picture = { ...facts, samples, ...(full && { full }) };
  const inputs = request.inputs.map((to) => preprocess(picture, to));
  const seconds = {
    decode: (decoded - start) / 1000,
    preprocess: (performance.now() - decoded) / 1000,
  };
  const view = wanted && viewOf(picture, wanted);
  return { facts, inputs, samples: request.samples ? samples : null, view, seconds };
}

async function replyTo(request: PictureRequest): Promise<PictureReply> {
  try {
    return { ok: true, result: await read(request) };
  } catch (error) {
    if (error instanceof EngineError) {
      return { ok: false, code: error.code, message: error.message, facts: error.facts };
    }
    if (error instanceof RangeError) {
      const message = "the image does not fit in this browser's memory; export it smaller";
      return { ok: false, code: "input-refused", message, facts: { kind: "no-memory" } };
    }
    return { ok: false, code: "internal", message: wordsOf(error), facts: {} };
  }
}

self.addEventListener("message", (event: MessageEvent<PictureRequest>) => {
  void replyTo(event.data).then((reply) => {
    const { inputs, samples, view } = reply.ok ? reply.result : NOTHING;
    const arrays = [...inputs, samples, view?.levels];
    const buffers = arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
    self.postMessage(reply, { transfer: [...new Set(buffers)] });
  });
});
