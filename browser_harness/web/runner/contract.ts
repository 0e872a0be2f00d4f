import type {
  BackendEnvironment,
  BackendRequest,
  DType,
  ErrorCode,
  FileDigest,
  Gate,
  Memory,
  ModelRequest,
  Preprocess,
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

/** Grey values 0..maxval as int32, row by row. */
export interface PreprocessRequest {
  readonly image: TensorFile;
  readonly width: number;
  readonly height: number;
  readonly maxval: number;
  readonly preprocess: Preprocess;
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
  open(request: OpenRequest): Promise<Reply<OpenResult>>;
  warmUp(request: WarmUpRequest): Promise<Reply<WarmUp>>;
  run(request: RunRequest): Promise<Reply<RunReply>>;
  pass(request: PassRequest): Promise<Reply<PassReply>>;
  gradient(request: GradientRequest): Promise<Reply<GradientReply>>;
  preprocess(request: PreprocessRequest): Promise<Reply<TensorText>>;
  scores(request: ScoresRequest): Promise<Reply<ScoresReply>>;
  calibrate(request: CalibrateRequest): Promise<Reply<CalibrateReply>>;
  close(): Promise<Reply<Memory>>;
}
