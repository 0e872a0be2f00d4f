import "../witness/witness.js"; // first
import {
  EngineError,
  profileModel,
  runModel,
  saliencyByAutodiff,
  useEngineKernels,
  warmUp,
  withOutputs,
  type Inputs,
  type Model,
  type Output,
  type Profile,
  type Values,
  type WarmUp,
} from "../engine/index.js";
import { modelOf, opened, readInputs, reply } from "../runner/runner.js";
import { readTensor } from "../runner/tensors.js";
import type { BenchPage, Contestant, ContestReply, EnterResult, OutputFacts } from "./contract.js";
import { readPicture } from "./pictures.js";
import { openOnnx, runOnnx, type OnnxModel, type Shaped } from "./onnx.js";

/** A contestant at the start: all it needs is loaded. */
interface Entered {
  readonly about: Contestant;
  readonly inputs: Inputs;
  readonly model: Model | null;
  readonly onnx: { readonly model: OnnxModel; readonly inputs: Map<string, Shaped> } | null;
  readonly oneHot: Float32Array | null;
}

const entered = new Map<string, Entered>();

async function enter(about: Contestant): Promise<EnterResult> {
  const inputs = await readInputs({ model: about.id, inputs: about.inputs });
  const oneHot = about.oneHot ? await readTensor("oneHot", about.oneHot) : null;
  if (oneHot && !(oneHot instanceof Float32Array)) {
    throw new EngineError("input-refused", "the choice of a class is not float32");
  }
  if (about.onnx === null) {
    const whole = modelOf(about.model ?? "");
    const model = about.outputs ? withOutputs(whole, about.outputs) : whole;
    entered.set(about.id, { about, inputs, model, onnx: null, oneHot });
    return { loadSeconds: null };
  }
  const start = performance.now();
  const model = await openOnnx(about.onnx);
  const loadSeconds = (performance.now() - start) / 1000;
  const shaped = new Map<string, Shaped>();
  for (const [name, values] of inputs) {
    shaped.set(name, { values, shape: about.shapes[name] ?? [] });
  }
  entered.set(about.id, { about, inputs, model: null, onnx: { model, inputs: shaped }, oneHot });
  return { loadSeconds };
}

/** The contestant, with the kernels it asks for switched on. */
function called(id: string): Entered {
  const found = entered.get(id);
  if (!found) throw new EngineError("not-open", `${id} is no contestant on this page`);
  useEngineKernels(!found.about.stockKernels);
  return found;
}

function tfjsOf({ about, model }: Entered): Model {
  if (model) return model;
  throw new EngineError("not-open", `${about.id} is not a TF.js model`);
}

async function prepare(id: string): Promise<WarmUp> {
  const one = called(id);
  const nothing = (skipped: string) => ({ seconds: 0, longestBlock: 0, programs: null, skipped });
  if (one.model === null) return nothing("onnxruntime-web compiles nothing per model");
  if (one.about.kind === "gradient") return nothing("tf.grad is warmed up by its first run");
  return warmUp(one.model, opened());
}

async function contest(id: string): Promise<ContestReply> {
  const one = called(id);
  if (one.onnx) return contestOnnx(one.onnx, one.about.outputs);
  const { guard } = opened();
  if (one.about.kind === "gradient") {
    const { logits } = one.about;
    if (!one.oneHot || logits === null)
      throw new EngineError("input-refused", "no class is chosen");
    const selection = { logits, oneHot: one.oneHot };
    const result = await saliencyByAutodiff(tfjsOf(one), one.inputs, selection, guard);
    return { seconds: result.seconds, outputs: [result.gradient, result.logits].map(factsOf) };
  }
  const { outputs, seconds } = await runModel(tfjsOf(one), one.inputs, guard);
  return { seconds, outputs: outputs.map(factsOf) };
}

async function contestOnnx(
  { model, inputs }: NonNullable<Entered["onnx"]>,
  wanted: readonly string[] | null,
): Promise<ContestReply> {
  const start = performance.now();
  const results = await runOnnx(model, inputs, wanted);
  const seconds = (performance.now() - start) / 1000;
  const outputs = [...results].map(([name, { type, dims, data }]) =>
    facts({ name, dtype: type, shape: dims }, data),
  );
  return { seconds, outputs };
}

function factsOf({ spec, values }: Output): OutputFacts {
  return facts(spec, values);
}

function facts(
  { name, dtype, shape }: { name: string; dtype: string; shape: readonly number[] },
  values: Values,
): OutputFacts {
  let notFinite = 0;
  let varied = false;
  for (const value of values) {
    if (!Number.isFinite(value)) notFinite += 1;
    if (value !== values[0]) varied = true;
  }
  return { name, dtype, shape, notFinite, constant: values.length !== 1 && !varied };
}

async function profile(id: string): Promise<Profile> {
  const one = called(id);
  return profileModel(tfjsOf(one), one.inputs, opened().guard);
}

const page: BenchPage = {
  ...window.xport,
  enter: (request) => reply(() => enter(request)),
  prepare: (request) => reply(() => prepare(request.id)),
  contest: (request) => reply(() => contest(request.id)),
  profile: (request) => reply(() => profile(request.id)),
  readPicture: (request) => reply(() => readPicture(request, opened())),
};
window.xport = page;
