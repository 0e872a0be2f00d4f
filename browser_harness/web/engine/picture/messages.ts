import type { Preprocess } from "./definition.js";
import type { ErrorCode, ErrorFacts } from "../errors.js";
import type { Picture } from "./picture.js";
import type { View, ViewRequest } from "./view.js";

/** What the page asks the worker: decode a file, and prepare inputs or hand the samples over. */
export interface PictureRequest {
  /** Its bytes, which are handed over, or a file, which the worker reads and takes the digest of. */
  readonly content: ArrayBuffer | Blob;
  /** One input is prepared by each. */
  readonly inputs: readonly Preprocess[];
  readonly samples: boolean;
  /** Gray levels for people, unless null. */
  readonly view?: ViewRequest | null;
}

/** A picture without its samples. */
export type PictureFacts = Omit<Picture, "samples" | "full" | "header">;

/** What the worker made of a file. */
export interface PictureResult {
  readonly facts: PictureFacts;
  readonly inputs: readonly Float32Array[];
  /** Null unless they were asked for. */
  readonly samples: Picture["samples"] | null;
  /** Null unless it was asked for. */
  readonly view: View | null;
  /** SHA-256 of a file that was handed over unread; null of bytes. A refusal has it in its facts. */
  readonly sha256: string | null;
  readonly seconds: { readonly decode: number; readonly preprocess: number };
}

export type PictureReply =
  | { readonly ok: true; readonly result: PictureResult }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly facts: ErrorFacts;
    };
