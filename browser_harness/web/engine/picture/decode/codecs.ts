import { damaged } from "./refusal.js";

/** What a codec made of an image: numbers row by row, channels innermost. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bits: number;
  readonly bytes: Uint8Array;
}

/** The decoder class that the emscripten modules of the @cornerstonejs codecs offer. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
  };
  delete(): void;
}

type Module = Readonly<Record<string, new () => Decoder>>;
type Factory = (options: object) => Promise<Module>;

/** A codec's script and the class in it. */
const SCRIPTS = {
  jpeg: ["codec-jpeg.js", "JPEGDecoder"],
  "jpeg-ls": ["codec-jpeg-ls.js", "JpegLSDecoder"],
  "jpeg-2000": ["codec-jpeg-2000.js", "J2KDecoder"],
} as const;

/**
 * WebAssembly decoders, each fetched when a picture needs it for the first time.
 *
 * Their memory never shrinks: whoever decodes large pictures does so in a worker and ends it.
 */
export class Codecs {
  private readonly modules = new Map<string, Promise<Module>>();
  private readonly compiled = new Map<string, Promise<WebAssembly.Module>>();
  private complaints: string[] = [];

  /** @param base the folder of the page's files, as a URL that ends in a slash. */
  constructor(readonly base: string) {}

  /** Decodes a JPEG, JPEG-LS or JPEG 2000 stream. Throws EngineError when it is damaged. */
  async decode(codec: keyof typeof SCRIPTS, stream: Uint8Array): Promise<Decoded> {
    const [script, name] = SCRIPTS[codec];
    const module = await this.module(script);
    const Class = module[name];
    if (!Class) throw new Error(`${script} has no ${name}`);
    const decoder = new Class();
    this.complaints = [];
    let decoded: Decoded;
    try {
      decoder.getEncodedBuffer(stream.length).set(stream);
      decoder.decode();
      const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
      const bytes = Uint8Array.from(decoder.getDecodedBuffer());
      if (this.complaints.length > 0) throw new Error(this.complaints[0]);
      const channels = componentCount;
      decoded = { width, height, channels, bits: bitsPerSample, bytes };
    } catch (error) {
      // C++ throws numbers and cleans up; after a trap nothing is known about what a codec holds.
      if (typeof error === "number" || this.complaints.length > 0) decoder.delete();
      else this.modules.delete(script);
      throw damaged("its pixels cannot be decoded");
    }
    decoder.delete();
    return decoded;
  }

  /** A WebAssembly file that needs no script of its own, compiled once. */
  wasm(name: string): Promise<WebAssembly.Module> {
    const known = this.compiled.get(name);
    if (known) return known;
    const compiling = WebAssembly.compileStreaming(fetch(this.base + name));
    this.compiled.set(name, compiling);
    compiling.catch(() => this.compiled.delete(name));
    return compiling;
  }

  private module(script: string): Promise<Module> {
    const known = this.modules.get(script);
    if (known) return known;
    const complain = (words: string) => {
      if (/warning|error/i.test(words)) this.complaints.push(words);
    };
    const loading = (import(this.base + script) as Promise<{ default: Factory }>).then((loaded) =>
      loaded.default({
        locateFile: () => this.base + script.replace(/js$/, "wasm"),
        print: complain,
        printErr: complain,
      }),
    );
    this.modules.set(script, loading);
    loading.catch(() => this.modules.delete(script));
    return loading;
  }
}
