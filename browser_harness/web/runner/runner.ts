import { accountNow, workNow, type Work } from "../witness/witness.js"; // first
import {
  accepts,
  calibrateOutputs,
  decideBy,
  disposeModel,
  EngineError,
  fetchVerified,
  inputScores,
  l1,
  l2,
  latentDistance,
  loadModel,
  memoryNow,
  parsePreprocess,
  parseRule,
  PLAIN,
  preprocess,
  RULE_DEFINITIONS,
  runModel,
  saliencyByAutodiff,
  SCORE_DEFINITIONS,
  ssim,
  startBackend,
  warmUp,
  wordsOf,
  type Backend,
  type Inputs,
  type Model,
  type RunResult,
  type ScoreName,
  type Values,
} from "../engine/index.js";
import type {
  CalibrateReply,
  CalibrateRequest,
  GradientReply,
  GradientRequest,
  OpenRequest,
  OpenResult,
  Page,
  PassReply,
  PassRequest,
  PreprocessRequest,
  Reply,
  RuleReply,
  RuleRequest,
  RunReply,
  RunRequest,
  ScoresReply,
  ScoresRequest,
  TensorFile,
  TensorText,
} from "./contract.js";
import { prepareBy } from "./pipelines/index.js";
import { decode } from "./pictures.js";
import { readTensor, writeTensor } from "./tensors.js";

declare global {
  interface Window {
    xport: Page;
  }
}

let backend: Backend | null = null;
const models = new Map<string, Model>();

/** Turns what `work` returns or throws into a reply. */
export async function reply<T>(work: () => Promise<T> | T): Promise<Reply<T>> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    const code = error instanceof EngineError ? error.code : "internal";
    return { ok: false, code, message: wordsOf(error) };
  }
}

async function open(request: OpenRequest): Promise<OpenResult> {
  if (backend) throw new EngineError("internal", "the page is open already; reload it");
  const start = performance.now();
  backend = await startBackend(request);
  const loadSeconds: Record<string, number> = {};
  for (const [id, model] of Object.entries(request.models)) {
    const before = performance.now();
    try {
      models.set(id, await loadModel(model));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new EngineError(error.code, `model ${id}: ${error.message}`);
    }
    loadSeconds[id] = (performance.now() - before) / 1000;
  }
  return {
    environment: backend.environment,
    loadSeconds,
    totalSeconds: (performance.now() - start) / 1000,
    memory: memoryNow(),
  };
}

export function opened(): Backend {
  if (!backend) throw new EngineError("not-open", "no backend is open on this page");
  return backend;
}

export function modelOf(id: string): Model {
  const model = models.get(id);
  if (!model) throw new EngineError("not-open", `model ${id} is not open on this page`);
  return model;
}

export async function readInputs(request: RunRequest): Promise<Inputs> {
  const inputs = new Map<string, Values>();
  for (const [name, file] of Object.entries(request.inputs)) {
    inputs.set(name, await readTensor(name, file));
  }
  return inputs;
}

/** A run, and what was drawn and submitted meanwhile, by the witness's count. */
async function witnessed(work: () => Promise<RunResult>): Promise<RunResult & { work: Work }> {
  const before = workNow();
  const result = await work();
  const after = workNow();
  const { draws, submits } = before;
  return { ...result, work: { draws: after.draws - draws, submits: after.submits - submits } };
}

async function write(result: RunResult & { work: Work }): Promise<RunReply> {
  const outputs: Record<string, TensorText> = {};
  for (const output of result.outputs) outputs[output.spec.name] = await writeTensor(output);
  const { seconds, memoryBefore, memoryAfter, work } = result;
  return { outputs, seconds, memoryBefore, memoryAfter, work };
}

async function run(request: RunRequest): Promise<RunReply> {
  const { guard } = opened();
  const model = modelOf(request.model);
  const inputs = await readInputs(request);
  return write(await witnessed(() => runModel(model, inputs, guard)));
}

async function pass(request: PassRequest): Promise<PassReply> {
  const { guard } = opened();
  const prepared: { model: Model; inputs: Inputs }[] = [];
  for (const step of request.steps) {
    prepared.push({ model: modelOf(step.model), inputs: await readInputs(step) });
  }
  const results: (RunResult & { work: Work })[] = [];
  const start = performance.now();
  for (const { model, inputs } of prepared) {
    results.push(await witnessed(() => runModel(model, inputs, guard)));
  }
  const seconds = (performance.now() - start) / 1000;
  const steps: RunReply[] = [];
  for (const result of results) steps.push(await write(result));
  return { steps, seconds };
}

async function gradient(request: GradientRequest): Promise<GradientReply> {
  const { guard } = opened();
  const model = modelOf(request.model);
  const oneHot = await readTensor("oneHot", request.oneHot);
  if (!(oneHot instanceof Float32Array)) {
    throw new EngineError("input-refused", "the choice of a class is not float32");
  }
  const selection = { logits: request.logits, oneHot };
  const result = await saliencyByAutodiff(model, await readInputs(request), selection, guard);
  const { seconds, memoryBefore, memoryAfter } = result;
  return {
    gradient: await writeTensor(result.gradient),
    logits: await writeTensor(result.logits),
    seconds,
    memoryBefore,
    memoryAfter,
  };
}

async function prepare(request: PreprocessRequest): Promise<TensorText> {
  const file = await fetchVerified(request.samples.url, request.samples, "samples");
  const inputs = request.cases.map(({ offset, bits, definition, ...about }) => {
    const to = parsePreprocess(new TextEncoder().encode(definition), "definition");
    const length = about.width * about.height * about.channels;
    const samples =
      bits === 8 ? new Uint8Array(file, offset, length) : new Uint16Array(file, offset, length);
    return preprocess({ ...about, samples, format: "png", ...PLAIN }, to);
  });
  const values = new Float32Array(inputs.reduce((sum, input) => sum + input.length, 0));
  let at = 0;
  for (const input of inputs) {
    values.set(input, at);
    at += input.length;
  }
  return writeTensor({ spec: { name: "inputs", shape: [at], dtype: "float32" }, values });
}

async function readFloats(name: string, file: TensorFile): Promise<Float32Array> {
  const values = await readTensor(name, file);
  if (!(values instanceof Float32Array)) {
    throw new EngineError("input-refused", `${name} is not float32`);
  }
  return values;
}

async function scores(request: ScoresRequest): Promise<ScoresReply> {
  const { count, width, height, gate } = request;
  const images = await readFloats("images", request.images);
  const reconstructions = await readFloats("reconstructions", request.reconstructions);
  const latents = await readFloats("latents", request.latents);
  const found: Record<ScoreName, number[]> = { l1: [], l2: [], ssim: [], latent: [] };
  for (let i = 0; i < count; i++) {
    const image = part(images, i, count);
    const pair = { width, height, image, reconstruction: part(reconstructions, i, count) };
    found.l1.push(l1(pair));
    found.l2.push(l2(pair));
    found.ssim.push(ssim(pair));
    found.latent.push(latentDistance(part(latents, i, count)));
  }
  const accepted = found[gate.score].map((score) => accepts(gate, score));
  return { definitions: SCORE_DEFINITIONS, scores: found, accepted };
}

/** Number `index` of `count` equal parts. */
function part(values: Float32Array, index: number, count: number): Float32Array {
  const length = values.length / count;
  return values.subarray(index * length, (index + 1) * length);
}

async function decide(request: RuleRequest): Promise<RuleReply> {
  const { count, low, high } = request;
  const images = await readFloats("images", request.images);
  const rule = parseRule(new TextEncoder().encode(request.rule), "rule.json");
  const rulings = request.scores.map((scores) => {
    const known = Object.entries(scores).map(([key, value]) => [key, value ?? NaN] as const);
    return decideBy(rule, new Map(known));
  });
  return {
    definitions: RULE_DEFINITIONS,
    reasons: rulings.map(({ reason }) => reason),
    failed: rulings.map(({ failed }) => failed),
    inputs: Array.from({ length: count }, (_, i) => inputScores(part(images, i, count), low, high)),
  };
}

async function calibrate(request: CalibrateRequest): Promise<CalibrateReply> {
  const outputs = await readFloats("outputs", request.outputs);
  const count = outputs.length / request.thresholds.length;
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    values.push(...calibrateOutputs(part(outputs, i, count), request.thresholds));
  }
  return { values };
}

function close() {
  models.forEach(disposeModel);
  models.clear();
  return memoryNow();
}

window.xport = {
  environment: () => reply(() => opened().environment),
  witness: () => reply(accountNow),
  open: (request) => reply(() => open(request)),
  warmUp: (request) => reply(() => warmUp(modelOf(request.model), opened())),
  run: (request) => reply(() => run(request)),
  pass: (request) => reply(() => pass(request)),
  gradient: (request) => reply(() => gradient(request)),
  decode: (request) => reply(() => decode(request)),
  preprocess: (request) => reply(() => prepare(request)),
  prepareImage: (request) => reply(() => prepareBy(request, opened())),
  scores: (request) => reply(() => scores(request)),
  decide: (request) => reply(() => decide(request)),
  calibrate: (request) => reply(() => calibrate(request)),
  close: () => reply(close),
};
