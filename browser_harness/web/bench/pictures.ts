import { EngineError, fetchVerified, type Backend } from "../engine/index.js";
import { endReaders } from "../runner/pictures.js";
import { pipelineNamed, writeInput } from "../runner/pipelines/index.js";
import type { ReadReply, ReadRequest } from "./contract.js";

/** Prepares a picture by one pipeline and says how long that took. Throws EngineError. */
export async function readPicture(request: ReadRequest, backend: Backend): Promise<ReadReply> {
  const { content, definition, fresh, watched } = request;
  const pipeline = pipelineNamed(request.pipeline);
  const bytes = new Uint8Array(await fetchVerified(content.url, content, "the image"));
  if (fresh) endReaders();
  const blocks = watched ? new Blocks() : null;
  const start = performance.now();
  const found = await pipeline(bytes, definition, backend);
  const seconds = (performance.now() - start) / 1000;
  const longestBlock = blocks?.end() ?? null;
  if ("unsupported" in found) throw new EngineError("input-refused", found.unsupported);
  return { seconds, longestBlock, input: await writeInput(found.input, definition) };
}

/** Watches for how long the page's own thread comes to nothing else, by a timer that ticks. */
class Blocks {
  private last = performance.now();
  private longest = 0;
  private timer = 0;

  constructor() {
    this.tick();
  }

  /** Seconds of the longest block; browsers let some 4 ms pass between two ticks anyway. */
  end(): number {
    clearTimeout(this.timer);
    this.note();
    return this.longest / 1000;
  }

  private tick(): void {
    this.note();
    this.timer = window.setTimeout(() => this.tick(), 1);
  }

  private note(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
