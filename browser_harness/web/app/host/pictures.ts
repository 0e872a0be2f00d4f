import type { Correction } from "../../engine/picture/corrections.js";
import type { Preprocess } from "../../engine/picture/definition.js";
import { MAX_BYTES } from "../../engine/picture/picture.js";
import type { PictureFacts } from "../../engine/picture/messages.js";
import { PictureReader } from "../../engine/picture/reader.js";
import { scaledSize } from "../../engine/picture/preprocess.js";
import type { Size } from "../../engine/picture/resample.js";
import type { View } from "../../engine/picture/view.js";
import { EngineError, ImageError, type ImageCode } from "./errors.js";
import { Queue } from "./queue.js";
import { plansOfImages, type ModelPlan, type Release } from "./release.js";
import type { Region } from "./types.js";

/** Files whose inputs and gray levels are kept. */
const KEPT = 2;

/** A file, decoded once for models and people. */
export interface ReadPicture {
  readonly facts: PictureFacts;
  readonly sha256: string;
  readonly bytes: number;
  readonly classifier: Float32Array;
  readonly autoencoder: Float32Array | null;
  /** The input of the view model. */
  readonly viewInput: Float32Array | null;
  /** For people. */
  readonly view: View;
}

/** Decodes and prepares files in a worker, one at a time; keeps the last ones. */
export class Pictures {
  private readonly reader: PictureReader;
  private readonly queue = new Queue();
  private readonly kept = new Map<string, Promise<ReadPicture>>();
  private readonly numbers = new WeakMap<File, number>();
  private files = 0;

  constructor(
    base: string,
    private readonly release: Release,
  ) {
    this.reader = new PictureReader(base);
  }

  /**
   * A file, with corrections done if any.
   *
   * Throws ImageError, which names the file, or EngineError.
   */
  read(file: File, corrections: readonly Correction[] = []): Promise<ReadPicture> {
    const key = this.keyOf(file, corrections);
    const found = this.kept.get(key) ?? this.queue.run(() => this.readAnew(file, corrections));
    this.kept.delete(key);
    this.kept.set(key, found); // as the youngest
    for (const old of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(old);
    found.catch(() => this.kept.delete(key));
    return found;
  }

  private keyOf(file: File, corrections: readonly Correction[]): string {
    const number = this.numbers.get(file) ?? this.files++;
    this.numbers.set(file, number);
    return [number, ...corrections].join(" ");
  }

  /** Inputs of an image file's bytes, one by each definition. Throws EngineError. */
  async inputs(
    content: ArrayBuffer,
    definitions: readonly Preprocess[],
  ): Promise<readonly Float32Array[]> {
    const { inputs } = await this.reader.read({ content, inputs: definitions, samples: false });
    return inputs;
  }

  close(): void {
    this.kept.clear();
    this.reader.close();
  }

  private async readAnew(file: File, corrections: readonly Correction[]): Promise<ReadPicture> {
    const { classifier, autoencoder, view: viewModel } = this.release;
    requireSize(file);
    const plans = plansOfImages(this.release);
    const { gray, orientation } = classifier.preprocess;
    try {
      const read = await this.reader.read({
        content: file,
        inputs: plans.map((plan) => correcting(plan.preprocess, corrections)),
        samples: false,
        view: { gray, turn: orientation === "exif", corrections },
      });
      const { facts, inputs, view, sha256 } = read;
      const of = (plan: ModelPlan | null) => (plan && inputs[plans.indexOf(plan)]) ?? null;
      const image = of(classifier);
      if (!image || !view || sha256 === null) {
        throw new EngineError("internal", "no input was prepared");
      }
      const others = { autoencoder: of(autoencoder), viewInput: of(viewModel) };
      return { facts, sha256, bytes: file.size, classifier: image, ...others, view };
    } catch (error) {
      throw ofFile(error, file);
    }
  }
}

/**
 * What a definition's input shows of a picture, in the picture's pixels.
 *
 * @param aspect the height of such a pixel over its width.
 */
export function regionOf(picture: Size, { size, fit }: Preprocess, aspect: number): Region {
  if (fit === "stretch") return { x: 0, y: 0, width: picture.width, height: picture.height };
  const scaled = scaledSize(picture, size, aspect);
  const [across, down] = [picture.width / scaled.width, picture.height / scaled.height];
  return {
    x: Math.floor((scaled.width - size) / 2) * across,
    y: Math.floor((scaled.height - size) / 2) * down,
    width: size * across,
    height: size * down,
  };
}

function correcting(to: Preprocess, corrections: readonly Correction[]): Preprocess {
  return corrections.length === 0 ? to : { ...to, corrections };
}

function requireSize(file: File): void {
  if (file.size <= MAX_BYTES) return;
  const limit = MAX_BYTES / 1024 ** 2;
  const words = `${file.name}: the file is larger than ${limit} MiB.`;
  throw new ImageError("too-large", words, { file: file.name, limit });
}

function ofFile(error: unknown, { name }: File): unknown {
  if (!(error instanceof EngineError) || error.code !== "input-refused") return error;
  const { message, facts } = error;
  const { kind = "unsupported", ...rest } = facts;
  const about = { file: name, what: message, ...rest };
  return new ImageError(kind as ImageCode, `${name}: ${message.replace(/\.$/, "")}.`, about);
}
