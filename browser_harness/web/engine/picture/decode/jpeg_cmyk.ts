import type { Codecs } from "./codecs.js";
import type { Frame } from "./jpeg_frame.js";
import { despiteExtraBytes } from "./jpeg_extra.js";
import { damaged } from "./refusal.js";

/** TurboJPEG's name of four channels in the order of a CMYK JPEG. */
const TJPF_CMYK = 11;

interface TurboJpeg {
  readonly memory: WebAssembly.Memory;
  malloc(length: number): number;
  tjInitDecompress(): number;
  tjDecompress2(
    handle: number,
    stream: number,
    length: number,
    pixels: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

/**
 * Red, green and blue of a JPEG of four components, which Adobe stores inverted.
 *
 * The codec of the other JPEGs gives no CMYK, so another build of libjpeg-turbo does this; it is
 * started anew for every picture. R = (255 - K)(255 - C) / 255, rounded, as Pillow computes it.
 * Throws EngineError.
 */
export async function rgbFromCmykJpeg(
  content: Uint8Array,
  frame: Frame,
  codecs: Codecs,
): Promise<Uint8Array> {
  const module = await codecs.wasm("codec-jpeg-cmyk.wasm");
  const inks = await despiteExtraBytes(content, async (stream) =>
    inksOf(stream, frame, await WebAssembly.instantiate(module, imports())),
  );
  const rgb = new Uint8Array(frame.width * frame.height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4) {
    // Inverted already: the stored number is 255 minus the ink.
    const light = inks[from + 3]!;
    for (let ink = 0; ink < 3; ink++) {
      const product = (255 - inks[from + ink]!) * light + 128;
      rgb[to++] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return rgb;
}

function inksOf(content: Uint8Array, { width, height }: Frame, instance: WebAssembly.Instance) {
  const turbo = instance.exports as unknown as TurboJpeg;
  try {
    const stream = turbo.malloc(content.length);
    const pixels = turbo.malloc(width * height * 4);
    const handle = turbo.tjInitDecompress();
    if (!stream || !pixels || !handle) throw new Error("no memory");
    new Uint8Array(turbo.memory.buffer).set(content, stream);
    const { length } = content;
    const flags = 0;
    if (turbo.tjDecompress2(handle, stream, length, pixels, width, 0, height, TJPF_CMYK, flags)) {
      throw new Error("damaged");
    }
    return new Uint8Array(turbo.memory.buffer, pixels, width * height * 4);
  } catch {
    throw damaged("its pixels cannot be decoded");
  }
}

/** The codec asks for a system; it gets none, and its errors end it. */
function imports(): WebAssembly.Imports {
  const refuse = () => {
    throw new Error("damaged");
  };
  const env = { setjmp: () => 0, longjmp: refuse };
  const names = ["proc_exit", "environ_get", "fd_close", "fd_seek", "fd_write"];
  const system = Object.fromEntries(names.map((name) => [name, refuse]));
  return { env, wasi_snapshot_preview1: { ...system, environ_sizes_get: () => 0 } };
}
