// The worker in which files become inputs, so that the page's own thread stays free.
import "../../witness/witness.js"; // first
import { Codecs } from "./decode/codecs.js";
import { decodePicture } from "./decode/index.js";
import { EngineError, wordsOf } from "../errors.js";
import { sha256 } from "../files.js";
import type { Picture } from "./picture.js";
import type { PictureReply, PictureRequest, PictureResult } from "./messages.js";
import { preprocess } from "./preprocess.js";
import { viewOf } from "./view.js";

const NOTHING = { inputs: [], samples: null, view: null };

type Content = readonly [bytes: Uint8Array<ArrayBuffer>, sha256: string | null];

/** A file's bytes and their digest; bytes that were handed over have none. */
async function contentOf(given: ArrayBuffer | Blob): Promise<Content> {
  if (given instanceof ArrayBuffer) return [new Uint8Array(given), null];
  let content: ArrayBuffer;
  try {
    content = await given.arrayBuffer();
  } catch {
    const words = "the file cannot be read; choose it again";
    throw new EngineError("input-refused", words, { kind: "unreadable" });
  }
  return [new Uint8Array(content), await sha256(content)];
}

const codecs = new Codecs(new URL(".", self.location.href).href);

async function read(request: PictureRequest): Promise<PictureResult> {
  const [content, digest] = await contentOf(request.content);
  try {
    return { ...(await readBytes(request, content)), sha256: digest };
  } catch (error) {
    if (digest === null || !(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, error.message, { ...error.facts, sha256: digest });
  }
}

async function readBytes(
  request: PictureRequest,
  content: Uint8Array<ArrayBuffer>,
): Promise<Omit<PictureResult, "sha256">> {
  const start = performance.now();
  const wanted = request.view ?? null;
  const { samples, full, header, ...facts } = await decodePicture(content, codecs, wanted !== null);
  const decoded = performance.now();
  const picture: Picture = { ...facts, samples, ...(full && { full }), ...(header && { header }) };
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
    const smaller = view?.smaller.map(({ levels }) => levels) ?? [];
    const arrays = [...inputs, samples, view?.levels, ...smaller];
    const buffers = arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
    self.postMessage(reply, { transfer: [...new Set(buffers)] });
  });
});
