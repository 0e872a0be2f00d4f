// Twin: browser_harness/drive/wire.py.

import type { Account, Work } from "../witness/witness.js";
import type {
  BackendEnvironment,
  BackendRequest,
  DType,
  ErrorCode,
  FileDigest,
  Gate,
  Memory,
  ModelRequest,
  Picture,
  PictureFacts,
  PictureResult,
  Preprocess,
  Reason,
  ScoreName,
  WarmUp,
} from "../engine/index.js";

/** What every method resolves to: it never rejects, and Python reads nothing else. */
export type Reply<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export interface OpenRequest extends BackendRequest {
  readonly models: Readonly<Record<string, ModelRequest>>;
}

export interface OpenResult {
  readonly environment: BackendEnvironment;
  /** Seconds to fetch, verify and parse each model; TF.js uploads to the GPU on the first run. */
  readonly loadSeconds: Readonly<Record<string, number>>;
  /** Seconds from the request until backend and all models stood. */
  readonly totalSeconds: number;
  readonly memory: Memory;
}

/** A tensor in a file on the loopback server, little-endian, C order. */
export interface TensorFile extends FileDigest {
  readonly url: string;
  readonly dtype: DType;
}

export interface RunRequest {
  readonly model: string;
  readonly inputs: Readonly<Record<string, TensorFile>>;
}

/** A tensor in a reply: base64 of little-endian bytes in C order, and their SHA-256. */
export interface TensorText {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly base64: string;
}

export interface RunReply {
  readonly outputs: Readonly<Record<string, TensorText>>;
  readonly seconds: number;
  readonly memoryBefore: Memory;
  readonly memoryAfter: Memory;
  /** What was drawn and submitted during the run, by the witness's count. */
  readonly work: Work;
}

/** Several models in a row, timed as one pass: first inputs in, last outputs read back. */
export interface PassRequest {
  readonly steps: readonly RunRequest[];
}

export interface PassReply {
  readonly steps: readonly RunReply[];
  readonly seconds: number;
}

export interface WarmUpRequest {
  readonly model: string;
}

/** The gradient of one logit with respect to a model's one input, by tf.grad. */
export interface GradientRequest extends RunRequest {
  readonly oneHot: TensorFile;
  /** The output that holds the logits. */
  readonly logits: string;
}

export interface GradientReply {
  readonly gradient: TensorText;
  readonly logits: TensorText;
  readonly seconds: number;
  readonly memoryBefore: Memory;
  readonly memoryAfter: Memory;
}

/** A picture whose samples lie in a file at `offset`, and what is to be made of it. */
export interface PreprocessCase extends Omit<Picture, "samples" | "format"> {
  /** Bytes from the file's start, even for 16 bits. */
  readonly offset: number;
  readonly bits: 8 | 16;
  /** The definition's document. */
  readonly definition: string;
}

/** Many pictures in one file of samples, 16 bits little-endian. */
export interface PreprocessRequest {
  readonly samples: FileDigest & { readonly url: string };
  readonly cases: readonly PreprocessCase[];
}

/** A file on the loopback server, to be prepared by one of the pipelines. */
export interface PrepareRequest {
  readonly content: FileDigest & { readonly url: string };
  readonly pipeline: string;
  readonly definition: Preprocess;
}

/** Either what was prepared, or why this pipeline cannot prepare such a file. */
export type PrepareReply =
  | { readonly prepared: PreparedText; readonly unsupported: null }
  | { readonly prepared: null; readonly unsupported: string };

export interface PreparedText {
  readonly input: TensorText;
  readonly decodeSeconds: number;
  readonly resizeSeconds: number;
  /** The TF.js backend that took part, if any. */
  readonly backend: string | null;
}

/** A file to decode, and what to make of it. */
export interface DecodeRequest {
  readonly file: FileDigest & { readonly url: string };
  /** Documents of definitions; one input is prepared by each. */
  readonly definitions: readonly string[];
  /** Whether the samples are wanted too. */
  readonly samples: boolean;
  /** Seconds after which the file is refused. */
  readonly limitSeconds: number;
}

/** Samples of a picture in a reply, 16 bits little-endian; as TensorText. */
export interface SamplesText {
  readonly bits: 8 | 16;
  readonly sha256: string;
  readonly base64: string;
}

export interface DecodeReply {
  readonly facts: PictureFacts;
  readonly samples: SamplesText | null;
  readonly inputs: readonly TensorText[];
  readonly seconds: PictureResult["seconds"];
  /** From the file's bytes on this page to the inputs on this page, the worker's start included. */
  readonly totalSeconds: number;
}

/** Images and reconstructions (count, height, width) and latent vectors (count, size), float32. */
export interface ScoresRequest {
  readonly images: TensorFile;
  readonly reconstructions: TensorFile;
  readonly latents: TensorFile;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly gate: Gate;
}

/** Per image its scores, and whether the gate lets it pass. */
export interface ScoresReply {
  readonly definitions: Readonly<Record<ScoreName, string>>;
  readonly scores: Readonly<Record<ScoreName, readonly number[]>>;
  readonly accepted: readonly boolean[];
}

/** A rule as its file holds it, and images of the view model's size, float32, with their scores. */
export interface RuleRequest {
  readonly rule: string;
  /** By key of the condition; null stands for NaN. */
  readonly scores: readonly Readonly<Record<string, number | null>>[];
  readonly images: TensorFile;
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

/** What the rule says of each set of scores, and the scores of each image's input. */
export interface RuleReply {
  readonly definitions: Readonly<Record<string, string>>;
  readonly reasons: readonly (Reason | null)[];
  readonly failed: readonly (number | null)[];
  readonly inputs: readonly Readonly<Record<string, number>>[];
}

/** Outputs (count, findings), float32, and the operating point of each finding. */
export interface CalibrateRequest {
  readonly outputs: TensorFile;
  readonly thresholds: readonly (number | null)[];
}

export interface CalibrateReply {
  readonly values: readonly number[];
}

/** `window.xport`. */
export interface Page {
  environment(): Promise<Reply<BackendEnvironment>>;
  /** What the page's witness saw since the page was loaded. */
  witness(): Promise<Reply<Account>>;
  open(request: OpenRequest): Promise<Reply<OpenResult>>;
  warmUp(request: WarmUpRequest): Promise<Reply<WarmUp>>;
  run(request: RunRequest): Promise<Reply<RunReply>>;
  pass(request: PassRequest): Promise<Reply<PassReply>>;
  gradient(request: GradientRequest): Promise<Reply<GradientReply>>;
  /** Decodes in the worker of pictures, as the deployed page does. */
  decode(request: DecodeRequest): Promise<Reply<DecodeReply>>;
  /** All inputs, one after the other, as one vector. */
  preprocess(request: PreprocessRequest): Promise<Reply<TensorText>>;
  prepareImage(request: PrepareRequest): Promise<Reply<PrepareReply>>;
  scores(request: ScoresRequest): Promise<Reply<ScoresReply>>;
  decide(request: RuleRequest): Promise<Reply<RuleReply>>;
  calibrate(request: CalibrateRequest): Promise<Reply<CalibrateReply>>;
  close(): Promise<Reply<Memory>>;
}
