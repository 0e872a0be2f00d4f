// The worker in which files become inputs, so that the page's own thread stays free.
import { Codecs } from "./decode/codecs.js";
import { decodePicture } from "./decode/index.js";
import { EngineError, wordsOf } from "./errors.js";
import type { Picture } from "./picture.js";
import type { PictureReply, PictureRequest, PictureResult } from "./picture_messages.js";
import { preprocess } from "./preprocess.js";

const codecs = new Codecs(new URL(".", self.location.href).href);

async function read(request: PictureRequest): Promise<PictureResult> {
  const start = performance.now();
  const { samples, ...facts } = await decodePicture(new Uint8Array(request.content), codecs);
  const decoded = performance.now();
  const picture: Picture = { ...facts, samples };
  const inputs = request.inputs.map((to) => preprocess(picture, to));
  const seconds = {
    decode: (decoded - start) / 1000,
    preprocess: (performance.now() - decoded) / 1000,
  };
  return { facts, inputs, samples: request.samples ? samples : null, seconds };
}

async function replyTo(request: PictureRequest): Promise<PictureReply> {
  try {
    return { ok: true, result: await read(request) };
  } catch (error) {
    if (error instanceof EngineError) {
      return { ok: false, code: error.code, message: error.message };
    }
    if (error instanceof RangeError) {
      const message = "the image does not fit in this browser's memory; export it smaller";
      return { ok: false, code: "input-refused", message };
    }
    return { ok: false, code: "internal", message: wordsOf(error) };
  }
}

self.addEventListener("message", (event: MessageEvent<PictureRequest>) => {
  void replyTo(event.data).then((reply) => {
    const arrays = reply.ok ? [...reply.result.inputs, reply.result.samples] : [];
    const buffers = arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
    self.postMessage(reply, { transfer: [...new Set(buffers)] });
  });
});
