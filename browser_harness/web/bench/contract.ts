// Twin: browser_harness/measure/bench.py.

import type { DType, FileDigest, Profile, WarmUp } from "../engine/index.js";
import type { Page, PrepareRequest, Reply, TensorFile, TensorText } from "../runner/contract.js";

/** An ONNX file for onnxruntime-web, and where that lies. */
export interface OnnxSource {
  readonly url: string;
  readonly file: FileDigest;
  /** URL of the folder with onnxruntime-web's files. */
  readonly runtime: string;
  readonly threads: number;
}

/** Something to be timed, with what it is run on. */
export interface Contestant {
  readonly id: string;
  /** `forward` and `gradient` (by tf.grad) run the open model `model`, `onnx` the file `onnx`. */
  readonly kind: "forward" | "gradient" | "onnx";
  readonly model: string | null;
  readonly onnx: OnnxSource | null;
  readonly inputs: Readonly<Record<string, TensorFile>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Outputs to compute; null for all. */
  readonly outputs: readonly string[] | null;
  /** For `gradient`: which value of which output. */
  readonly logits: string | null;
  readonly oneHot: TensorFile | null;
  /** Run on TF.js's own kernels alone. */
  readonly stockKernels: boolean;
}

export interface EnterResult {
  /** Seconds that onnxruntime-web took to load and to make its session; null for TF.js. */
  readonly loadSeconds: number | null;
}

/** What can be told of an output without looking at it. */
export interface OutputFacts {
  readonly name: string;
  readonly dtype: DType | string;
  readonly shape: readonly number[];
  readonly notFinite: number;
  readonly constant: boolean;
}

export interface ContestReply {
  readonly seconds: number;
  readonly outputs: readonly OutputFacts[];
}

export interface ContestantRequest {
  readonly id: string;
}

/** A picture file to prepare by one of the pipelines, with a clock beside it. */
export interface ReadRequest extends PrepareRequest {
  /** With a worker of pictures that is started for it. */
  readonly fresh: boolean;
  /** Whether the longest block of the page is wanted too; looking for it costs a little time. */
  readonly watched: boolean;
}

export interface ReadReply {
  /** From the file's bytes on this page to the model input on this page. */
  readonly seconds: number;
  /** The longest that this page's own thread could not do anything else, seconds, if watched. */
  readonly longestBlock: number | null;
  readonly input: TensorText;
}

/** `window.xport` on the page that `xport bench` drives. */
export interface BenchPage extends Page {
  /** Takes a contestant in, without running it. */
  enter(request: Contestant): Promise<Reply<EnterResult>>;
  /** Warms up the contestant's model; what has nothing to warm up says so. */
  prepare(request: ContestantRequest): Promise<Reply<WarmUp>>;
  /** Runs it once: seconds from handing over the inputs until the outputs are read back. */
  contest(request: ContestantRequest): Promise<Reply<ContestReply>>;
  /** Runs it once with a clock around every kernel. */
  profile(request: ContestantRequest): Promise<Reply<Profile>>;
  readPicture(request: ReadRequest): Promise<Reply<ReadReply>>;
}
