import {
  EngineError,
  wordsOf,
  type Backend,
  type Placement,
  type Preprocess,
} from "../../engine/index.js";

/** How gray is made of colours; what the browser's decoder gives is always colours. */
export type Gray = "mean" | "luma" | "first";

/** What a pipeline takes from a model's definition; everything else is the pipeline's own. */
export type Definition = Preprocess & { readonly gray?: Gray };

/** A model input (1, channels, size, size), and the seconds of getting there. */
export interface Prepared {
  readonly input: Float32Array;
  /** Seconds from the file's bytes until the image is decoded. */
  readonly decodeSeconds: number;
  /** Seconds from there until the input stands. */
  readonly resizeSeconds: number;
  /** The TF.js backend that took part, if any. */
  readonly backend: string | null;
}

/** Why a pipeline cannot prepare this image at all: an answer, and no error. */
export interface Unsupported {
  readonly unsupported: string;
}

/** One way to prepare an image; it throws EngineError `input-refused` for a damaged one. */
export type Pipeline = (
  content: Uint8Array<ArrayBuffer>,
  to: Definition,
  backend: Backend,
) => Promise<Prepared | Unsupported>;

/** Colours 0 to 255 of the square, row by row, in steps of 3 (RGB) or 4 (RGBA). */
export interface Square {
  readonly colours: ArrayLike<number>;
  readonly step: 3 | 4;
}

/** A decoded image, and how to free it. */
export interface Decoded<Image> {
  readonly image: Image;
  readonly width: number;
  readonly height: number;
  readonly free: () => void;
}

/** The two halves of a pipeline whose decoder is the browser. */
export interface BrowserSteps<Image> {
  readonly decode: (file: Blob) => Promise<Decoded<Image>>;
  readonly resize: (
    image: Image,
    placement: Placement,
    backend: Backend,
  ) => Square | Promise<Square>;
  /** Longest side of the scaled image that it can hold. */
  readonly longestSide: number;
  /** Whether TF.js takes part. */
  readonly usesTfjs?: boolean;
}

/** A pipeline whose decoder is the browser: PNG and JPEG only. */
export function browserPipeline<Image>(steps: BrowserSteps<Image>): Pipeline {
  return async (content, to, backend) => {
    const type = browserImageType(content);
    if (!type) return { unsupported: "browsers decode PNG and JPEG, and no DICOM" };
    const start = performance.now();
    const decoded = await decodeBy(() => steps.decode(new Blob([content], { type })));
    try {
      const placement = placementOf(decoded, to);
      const { width, height } = placement;
      if (Math.max(width, height) > steps.longestSide) {
        return { unsupported: `the scaled image, ${width}x${height}, is too long to be held` };
      }
      const between = performance.now();
      const input = inputOf(await steps.resize(decoded.image, placement, backend), to);
      return {
        input,
        decodeSeconds: (between - start) / 1000,
        resizeSeconds: (performance.now() - between) / 1000,
        backend: steps.usesTfjs ? backend.environment.backend : null,
      };
    } finally {
      decoded.free();
    }
  };
}

/** What the browser makes of an image. Throws EngineError `input-refused`. */
export async function decodeBy<Image>(decode: () => Promise<Image>): Promise<Image> {
  try {
    return await decode();
  } catch (error) {
    throw new EngineError(
      "input-refused",
      `the browser cannot decode the image (${wordsOf(error)}); export it again`,
    );
  }
}

/** What a browser can decode; null for anything else. */
export function browserImageType(content: Uint8Array): string | null {
  const startsWith = (...bytes: number[]) => bytes.every((byte, i) => content[i] === byte);
  if (startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  return startsWith(0xff, 0xd8, 0xff) ? "image/jpeg" : null;
}

/** Short side to `size`, long side rounded down, the centre cut out; or both sides to `size`. */
export function placementOf(
  { width, height }: { readonly width: number; readonly height: number },
  { size, fit }: Definition,
): Placement {
  if (fit === "stretch") return { width: size, height: size, left: 0, top: 0, size };
  const short = Math.min(width, height);
  const scaled = {
    width: width === short ? size : Math.floor((size * width) / short),
    height: height === short ? size : Math.floor((size * height) / short),
  };
  const left = Math.floor((scaled.width - size) / 2);
  const top = Math.floor((scaled.height - size) / 2);
  return { ...scaled, left, top, size };
}

function inputOf(square: Square, { size, channels, low, high, gray = "mean" }: Definition) {
  const plane = new Float32Array(size * size);
  for (let i = 0; i < plane.length; i++) {
    const level = levelAt(square, i, gray);
    plane[i] = Math.min(Math.max(low + level * (high - low), low), high);
  }
  const input = new Float32Array(channels * plane.length);
  for (let channel = 0; channel < channels; channel++) input.set(plane, channel * plane.length);
  return input;
}

function levelAt({ colours, step }: Square, pixel: number, gray: Gray): number {
  const at = pixel * step;
  const red = colours[at] ?? NaN;
  const green = colours[at + 1] ?? NaN;
  const blue = colours[at + 2] ?? NaN;
  switch (gray) {
    case "mean":
      return (red + green + blue) / 3 / 255;
    case "luma":
      return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    case "first":
      return red / 255;
  }
}
