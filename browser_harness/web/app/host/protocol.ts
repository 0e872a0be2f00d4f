import type { BackendEnvironment, BackendName } from "../../engine/tfjs/backend.js";
import type { Memory } from "../../engine/tfjs/run.js";
import type { WireError } from "./errors.js";
import type { ModelPlan, Release } from "./release.js";
import type { Seen } from "./seen.js";
import type { SelfTestDocument } from "./self_test.js";
import type { Explanation } from "./types.js";
import type { SelfTestCheck } from "./report.js";

/** Starts a backend and loads the models; everything else follows it. */
export interface Open {
  readonly backend: BackendName;
  readonly threads: number | null;
  readonly base: string;
  readonly release: Release;
  /** The release's files by SHA-256; the worker checks them again. */
  readonly blobs: ReadonlyMap<string, Blob>;
}

/** What the worker can be asked, by name: the question and its answer. */
export interface Calls {
  /** What WebGL draws with; null where it does not say, or there is none. */
  readonly renderer: { readonly ask: null; readonly answer: string | null };
  readonly open: { readonly ask: Open; readonly answer: BackendEnvironment };
  readonly warmUp: { readonly ask: ModelPlan["id"]; readonly answer: null };
  /** Runs all cases; tells of each. */
  readonly selfTest: { readonly ask: SelfTest; readonly answer: readonly SelfTestCheck[] };
  readonly examine: { readonly ask: Examine; readonly answer: Seen };
  readonly explain: { readonly ask: Explain; readonly answer: Explanation };
  /** Seconds of one forward pass of the classifier, once it is warm. */
  readonly time: { readonly ask: null; readonly answer: number };
  readonly memory: { readonly ask: null; readonly answer: Memory };
}

export interface SelfTest {
  readonly document: SelfTestDocument;
  readonly blobs: ReadonlyMap<string, Blob>;
}

/** Inputs as prepared for each model. */
export interface Examine {
  readonly classifier: Float32Array;
  readonly autoencoder: Float32Array | null;
  readonly view: Float32Array | null;
  /** The shorter side of the file's picture, in its pixels. */
  readonly shorterSide: number;
}

export interface Explain {
  readonly input: Float32Array;
  readonly finding: number;
}

export type CallName = keyof Calls;

export interface Request<Name extends CallName = CallName> {
  readonly id: number;
  readonly name: Name;
  readonly ask: Calls[Name]["ask"];
}

export type Reply =
  | { readonly id: number; readonly kind: "answer"; readonly answer: unknown }
  | { readonly id: number; readonly kind: "error"; readonly error: WireError }
  | { readonly id: number; readonly kind: "progress"; readonly done: number };
