export { startBackend } from "./tfjs/backend.js";
export type { Backend, BackendEnvironment, BackendName, BackendRequest } from "./tfjs/backend.js";
export { accepts, calibrated, calibrateOutputs, higherIsLikelier } from "./decide/calibration.js";
export type { Gate } from "./decide/calibration.js";
export { parseCalibration, parseGate } from "./decide/decisions.js";
export type {
  Calibration,
  GateDocument,
  NoOperatingPoint,
  OperatingPoint,
} from "./decide/decisions.js";
export { parsePreprocess } from "./picture/definition.js";
export type { Preprocess } from "./picture/definition.js";
export { EngineError, wordsOf } from "./errors.js";
export type { ErrorCode, ErrorFacts } from "./errors.js";
export { allInOrder, fetchVerified, requireDigest, sha256 } from "./files.js";
export { saliencyByAutodiff } from "./tfjs/autodiff.js";
export type { GradientResult, Selection } from "./tfjs/gradient.js";
export { useEngineKernels } from "./tfjs/own_kernels.js";
export { disposeModel, loadModel, withOutputs } from "./tfjs/model.js";
export type { Model, ModelRequest, Progress } from "./tfjs/model.js";
export { rgbFromPixels } from "./tfjs/pixels.js";
export type { PixelSource, Placement } from "./tfjs/pixels.js";
export { profileModel } from "./tfjs/profile.js";
export type { KernelTime, Profile } from "./tfjs/profile.js";
export { MAX_BYTES, MAX_PIXELS, MAX_SIDE } from "./picture/picture.js";
export type { Picture } from "./picture/picture.js";
export type { PictureFacts, PictureRequest, PictureResult } from "./picture/messages.js";
export { PictureReader } from "./picture/reader.js";
export { preprocess, scaledSize } from "./picture/preprocess.js";
export type { Size } from "./picture/resample.js";
export { memoryNow, runModel } from "./tfjs/run.js";
export type { Inputs, Memory, Output, RunResult } from "./tfjs/run.js";
export { l1, l2, latentDistance, SCORE_DEFINITIONS, scoreOf, ssim } from "./decide/scores.js";
export type { Reconstructed, ScoreName } from "./decide/scores.js";
export { describe, sizeOf } from "./types.js";
export type { DType, FileDigest, FileListing, Signature, TensorSpec, Values } from "./types.js";
export type { View, ViewRequest } from "./picture/view.js";
export { warmUp } from "./tfjs/warm_up.js";
export type { WarmUp } from "./tfjs/warm_up.js";
