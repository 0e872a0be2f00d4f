import { AGAIN, refusal } from "./decode/refusal.js";
import { tooLarge } from "./decode/size.js";
import { EngineError } from "../errors.js";
import { Patience } from "../patience.js";
import { MAX_BYTES } from "./picture.js";
import type { PictureReply, PictureRequest, PictureResult } from "./messages.js";

const SCRIPT = "picture.worker.js";
const LIMIT_S = 60;
/** Pictures above this leave the worker's memory so large that it is ended. */
const LARGE_BYTES = 16 * 1024 ** 2;
const LARGE_PIXELS = 4_000_000;

/**
 * Decodes and prepares pictures in a worker, one after the other.
 *
 * A picture that takes longer than the limit or brings the worker down is refused, and the next one
 * gets a new worker.
 */
export class PictureReader {
  private worker: Worker | null = null;
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param base the folder of the page's files, as a URL that ends in a slash.
   * @param limitSeconds what decoding and preparing one picture may take.
   */
  constructor(
    private readonly base: string,
    private readonly limitSeconds: number = LIMIT_S,
  ) {}

  /**
   * Reads one picture. Bytes are handed to the worker and are empty here afterwards; a file is read there.
   *
   * Throws EngineError `input-refused` with a sentence about the file.
   */
  read(request: PictureRequest): Promise<PictureResult> {
    const reading = this.last.then(() => this.readAlone(request));
    this.last = reading.catch(() => {});
    return reading;
  }

  /** Ends the worker and frees its memory; the next picture starts a new one. */
  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private async readAlone(request: PictureRequest): Promise<PictureResult> {
    const { content } = request;
    const bytes = content instanceof Blob ? content.size : content.byteLength;
    if (bytes > MAX_BYTES) throw tooLarge(bytes);
    const large = bytes > LARGE_BYTES;
    const reply = await this.ask(request);
    if (!reply.ok) {
      if (large) this.close();
      throw new EngineError(reply.code, reply.message, reply.facts);
    }
    const { width, height } = reply.result.facts;
    if (large || width * height > LARGE_PIXELS) this.close();
    return reply.result;
  }

  private ask(request: PictureRequest): Promise<PictureReply> {
    this.worker ??= new Worker(new URL(SCRIPT, this.base), { type: "module" });
    const worker = this.worker;
    return new Promise((resolve) => {
      const fail = ({ code, message, facts }: EngineError) => {
        this.close();
        resolve({ ok: false, code, message, facts });
      };
      const limit = new Patience(this.limitSeconds, () => {
        fail(
          refusal(`reading the image took longer than ${this.limitSeconds} s`, AGAIN, "too-slow"),
        );
      });
      worker.onmessage = ({ data }: MessageEvent<PictureReply>) => {
        limit.stop();
        resolve(data);
      };
      worker.onerror = (event) => {
        limit.stop();
        event.preventDefault();
        const why = event.message || "not loaded";
        fail(new EngineError("internal", `the reader of pictures broke down (${why})`));
      };
      const { content } = request;
      worker.postMessage(request, content instanceof ArrayBuffer ? [content] : []);
    });
  }
}
