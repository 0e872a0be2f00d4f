import type { BackendEnvironment, BackendName } from "../../engine/tfjs/backend.js";
import type { Correction } from "../../engine/picture/corrections.js";
import type { Header } from "../../engine/picture/decode/dicom_header.js";
import type { PictureFacts } from "../../engine/picture/messages.js";
import type { Plane } from "../../engine/picture/pyramid.js";
import type { Waiting } from "./download.js";
import type { Memory } from "../../engine/tfjs/run.js";
import type { Manifest } from "./manifest.js";
import type { Unstored } from "./model_cache.js";
import type { Attempt, SelfTestReport } from "./report.js";
import type { Seen } from "./seen.js";
import type { Site } from "./site.js";

/** What opening a release is doing. */
export type Stage = "manifest" | "download" | "start" | "warm-up" | "self-test";

/**
 * How far opening has come.
 *
 * `done` and `total` count bytes while downloading (those from the cache included, which `cached`
 * counts apart), models while warming up and cases in the self-test; both are 0 where a stage has
 * nothing to count.
 */
export interface OpenProgress {
  readonly stage: Stage;
  /** Null until a backend is being started. */
  readonly backend: BackendName | null;
  readonly done: number;
  readonly total: number;
  readonly cached: number;
  /** While downloading, what is waited for when no byte arrives. */
  readonly waiting?: Waiting | undefined;
}

/** What runs. */
export interface Running {
  readonly backend: BackendName;
  readonly environment: BackendEnvironment;
  readonly selfTest: SelfTestReport;
  /** Backends that were tried before this one. */
  readonly attempts: readonly Attempt[];
}

/** A rectangle in a picture's pixels, after turning as its orientation says. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What of a picture is corrected before models and people get to see it, in order. */
export type Corrections = readonly Correction[];

/** A picture for people to look at, every gray level of it. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  /** Gray levels row by row, turned and un-inverted: 0 is black, `white` is white. */
  readonly levels: Uint8Array | Uint16Array;
  readonly white: number;
  /** What the file itself proposes to see (DICOM's window), or [0, white]. */
  readonly window: readonly [low: number, high: number];
  /** The height of a pixel over its width. */
  readonly aspect: number;
  /** What its file says beside the pixels; null of a file without a header. */
  readonly header: Header | null;
  /** Halves of it, for drawing it small. */
  readonly smaller: readonly Plane[];
  /** What the classifier's input shows of it. */
  readonly region: Region;
  /** What the autoencoder's input shows of it; null in a release without one. */
  readonly rebuilt: Region | null;
}

/** What the models say of one file. */
export interface Examined {
  readonly facts: PictureFacts;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** As of `Shown`. */
  readonly header: Header | null;
  readonly seen: Seen;
}

/** Why a finding was given: maps over the classifier's input. */
export interface Explanation {
  /** Index of the finding among the classifier's labels. */
  readonly finding: number;
  /** max(0, ∂logit/∂input), the largest over the channels; size × size, row by row. */
  readonly saliency: Float32Array;
  readonly size: number;
  /** The class activation map, row by row; null where the release has none. */
  readonly cam: Float32Array | null;
  readonly camSize: readonly [height: number, width: number] | null;
  readonly seconds: number;
}

/**
 * An opened release: models on one backend, in a worker.
 *
 * Work is done one piece after another. A piece whose `signal` is aborted is left out, or its result
 * thrown away, and its promise rejects with an AbortError. When the WebGL context is lost, the session
 * starts the backend anew once, tests itself, and does the piece again; if that fails, the next backend
 * that passes takes over. `onChange` tells of that.
 */
export interface Session {
  readonly manifest: Manifest;
  /** SHA-256 of manifest.json. */
  readonly digest: string;
  readonly running: Running;
  /** Why not all files are kept for a visit without a network; null if they are. */
  readonly unstored: Unstored | null;
  /** Labels of the classifier, in the order of its outputs. */
  readonly labels: readonly string[];
  readonly explains: { readonly saliency: boolean; readonly cam: boolean };

  /**
   * Throws EngineError, UnfitOutput, ImageError or, once no backend runs any more, NothingPasses;
   * never gives doubtful numbers.
   */
  examine(file: File, signal?: AbortSignal, corrections?: Corrections): Promise<Examined>;
  /** Throws as `examine`. */
  show(file: File, signal?: AbortSignal, corrections?: Corrections): Promise<Shown>;
  /** Throws as `examine`; kept for what was last explained, by finding. */
  explain(
    file: File,
    finding: number,
    signal?: AbortSignal,
    corrections?: Corrections,
  ): Promise<Explanation>;
  /** Runs the self-test again. A device that fails runs nothing any more. */
  selfTest(progress?: (done: number, total: number) => void): Promise<SelfTestReport>;
  memory(): Promise<Memory>;
  onChange(listener: (running: Running | null, reason: string | null) => void): void;
  close(): void;
}

/** How a release is opened. */
export interface OpenRequest {
  /** The folder of the page, as a URL that ends in a slash. */
  readonly base: string;
  /** In the order in which they are tried; normally webgl, wasm, cpu. */
  readonly backends: readonly BackendName[];
  /** Whose thresholds take the place of the release's; null: its own hold. */
  readonly site: Site | null;
  /** One that a person chose, which comes first, or the fastest that passes; null for the first. */
  readonly choice?: BackendName | "fastest" | null;
  readonly progress: (now: OpenProgress) => void;
  readonly signal?: AbortSignal;
}
