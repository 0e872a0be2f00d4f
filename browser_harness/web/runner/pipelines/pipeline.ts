import {
  EngineError,
  scaledSize,
  wordsOf,
  type Backend,
  type Placement,
  type Preprocess,
  type Size,
} from "../../engine/index.js";

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

/**
 * One way to prepare an image; it throws EngineError `input-refused` for a damaged one.
 *
 * What a pipeline takes from the definition is size, fit, gray, channels and range; the resampler,
 * and whether a photograph is turned, are its own.
 */
export type Pipeline = (
  content: Uint8Array<ArrayBuffer>,
  to: Preprocess,
  backend: Backend,
) => Promise<Prepared | Unsupported>;

/** Colours 0 to 255 of the square, row by row, in steps of 3 (RGB) or 4 (RGBA). */
export interface Square {
  readonly colours: ArrayLike<number>;
  readonly step: 3 | 4;
}

/** A decoded image, and how to free it. */
export interface Decoded<Image> extends Size {
  readonly image: Image;
  readonly free: () => void;
}

/** What is to be made of a decoded image. */
export interface Wanted {
  readonly to: Preprocess;
  readonly placement: Placement;
  readonly backend: Backend;
}

/** The two halves of a pipeline whose decoder is the browser. */
export interface BrowserSteps<Image> {
  readonly decode: (file: Blob) => Promise<Decoded<Image>>;
  readonly inputFrom: (image: Image, wanted: Wanted) => Float32Array | Promise<Float32Array>;
  /** Which images have to fit into a canvas or texture, whole. */
  readonly holds: readonly ("original" | "scaled")[];
  /** Whether TF.js takes part. */
  readonly usesTfjs?: boolean;
}

/** What canvases, and textures of the WebGL that TF.js needs, hold everywhere, pixels. */
const LONGEST_SIDE = 16_384;

/** A pipeline whose decoder is the browser: PNG and JPEG only. */
export function browserPipeline<Image>(steps: BrowserSteps<Image>): Pipeline {
  return async (content, to, backend) => {
    const type = browserImageType(content);
    if (!type) return { unsupported: "browsers decode PNG and JPEG, and no DICOM" };
    const start = performance.now();
    const decoded = await decodeBy(() => steps.decode(new Blob([content], { type })));
    try {
      const placement = placementOf(decoded, to);
      const sizes = { original: decoded, scaled: placement };
      for (const which of steps.holds) {
        const { width, height } = sizes[which];
        if (Math.max(width, height) > LONGEST_SIDE) {
          return { unsupported: `the ${which} image, ${width}x${height}, is too long to be held` };
        }
      }
      const between = performance.now();
      const input = await steps.inputFrom(decoded.image, { to, placement, backend });
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
async function decodeBy<Image>(decode: () => Promise<Image>): Promise<Image> {
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
function browserImageType(content: Uint8Array): string | null {
  const startsWith = (...bytes: number[]) => bytes.every((byte, i) => content[i] === byte);
  if (startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  return startsWith(0xff, 0xd8, 0xff) ? "image/jpeg" : null;
}

function placementOf(image: Size, { size, fit }: Preprocess): Placement {
  const scaled = fit === "stretch" ? { width: size, height: size } : scaledSize(image, size);
  const left = Math.floor((scaled.width - size) / 2);
  const top = Math.floor((scaled.height - size) / 2);
  return { ...scaled, left, top, size };
}

/** The model input of a square's colours. */
export function inputOf(square: Square, { size, channels, low, high, gray }: Preprocess) {
  const plane = new Float32Array(size * size);
  for (let i = 0; i < plane.length; i++) {
    const level = levelAt(square, i, gray);
    plane[i] = Math.min(Math.max(low + level * (high - low), low), high);
  }
  const input = new Float32Array(channels * plane.length);
  for (let channel = 0; channel < channels; channel++) input.set(plane, channel * plane.length);
  return input;
}

function levelAt({ colours, step }: Square, pixel: number, gray: Preprocess["gray"]): number {
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
