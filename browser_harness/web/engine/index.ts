// What engine.js exports to the pages' scripts and the worker. Types and functions without TF.js may
// be imported from their own files too.
export { accepts, calibrateOutputs } from "./decide/calibration.js";
export type { Gate } from "./decide/calibration.js";
export { l1, l2, latentDistance, SCORE_DEFINITIONS, scoreOf, ssim } from "./decide/scores.js";
export type { Reconstructed, ScoreName } from "./decide/scores.js";
export {
  decideBy,
  inputScores,
  keyOfCondition,
  parseRule,
  RULE_DEFINITIONS,
  sourceOf,
  viewKey,
} from "./decide/rule.js";
export type { Condition, Reason, Rule } from "./decide/rule.js";
export { EngineError, wordsOf } from "./errors.js";
export type { ErrorCode } from "./errors.js";
export { fetchVerified, requireDigest, sha256 } from "./files.js";
export { parsePreprocess } from "./picture/definition.js";
export type { Preprocess } from "./picture/definition.js";
export type { PictureFacts, PictureResult } from "./picture/messages.js";
export { PLAIN } from "./picture/picture.js";
export type { Picture } from "./picture/picture.js";
export { preprocess, scaledSize } from "./picture/preprocess.js";
export { PictureReader } from "./picture/reader.js";
export type { Size } from "./picture/resample.js";
export { saliencyByAutodiff } from "./tfjs/autodiff.js";
export { startBackend } from "./tfjs/backend.js";
export type { Backend, BackendEnvironment, BackendRequest } from "./tfjs/backend.js";
export { disposeModel, loadModel, withOutputs } from "./tfjs/model.js";
export type { Model, ModelRequest } from "./tfjs/model.js";
export { useEngineKernels } from "./tfjs/own_kernels.js";
export { rgbFromPixels } from "./tfjs/pixels.js";
export type { Placement } from "./tfjs/pixels.js";
export { profileModel } from "./tfjs/profile.js";
export type { Profile } from "./tfjs/profile.js";
export { memoryNow, runModel } from "./tfjs/run.js";
export type { Inputs, Memory, Output, RunResult } from "./tfjs/run.js";
export { warmUp } from "./tfjs/warm_up.js";
export type { WarmUp } from "./tfjs/warm_up.js";
export type { DType, FileDigest, TensorSpec, Values } from "./types.js";
