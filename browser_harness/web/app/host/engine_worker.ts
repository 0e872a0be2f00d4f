// The worker in which TF.js runs, so that the page's own thread stays free.
import { workNow, type Work } from "../../witness/witness.js"; // first
import { EngineError, memoryNow, type Memory } from "../../engine/index.js";
import { wireFrom } from "./errors.js";
import type { Calls, CallName, Open, Reply, Request } from "./protocol.js";
import type { Release } from "./release.js";
import { buffersIn } from "./transfer.js";
import { examine, explain } from "./worker_examine.js";
import { Models } from "./worker_models.js";
import { runSelfTest } from "./worker_self_test.js";

interface Opened {
  readonly models: Models;
  readonly release: Release;
}

let opened: Opened | null = null;
/** Tensors after the last examination; later ones must leave as many. */
let tensors: number | null = null;

type Handlers = {
  readonly [Name in CallName]: (
    ask: Calls[Name]["ask"],
    done: (count: number) => void,
  ) => Promise<Calls[Name]["answer"]>;
};

const HANDLERS: Handlers = {
  renderer: async () => rendererHere(),
  open: async (ask: Open) => {
    opened = { models: await Models.open(ask), release: ask.release };
    return opened.models.environment;
  },
  warmUp: async (id) => {
    await running().models.warmUp(id);
    return null;
  },
  selfTest: async (ask, done) => {
    const { models, release } = running();
    const before = workNow();
    const checks = await runSelfTest(models, release, ask, done);
    requireWork(models.environment.backend, before);
    return checks;
  },
  examine: async (ask) => {
    const { models, release } = running();
    const seen = await examine(models, release, ask);
    requireNoLeak();
    return seen;
  },
  explain: async (ask) => {
    const { models, release } = running();
    if (release.explanation) return explain(models, release.explanation, ask);
    throw new EngineError("not-open", "this release explains nothing");
  },
  time: async () => {
    const { models, release } = running();
    return models.time(release.classifier);
  },
  memory: async (): Promise<Memory> => memoryNow(),
};

function rendererHere(): string | null {
  if (typeof OffscreenCanvas === "undefined") return null;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : null;
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return typeof name === "string" && name !== "" ? name : null;
}

function running(): Opened {
  if (opened) return opened;
  throw new EngineError("not-open", "no backend has been started");
}

/** Throws EngineError `backend-refused` where a GPU is said to compute and was given nothing. */
function requireWork(backend: string, before: Work): void {
  const now = workNow();
  const drew = now.draws > before.draws;
  if (drew === (backend === "webgl")) return;
  const seen = drew ? "drew on WebGL" : "drew nothing";
  throw new EngineError("backend-refused", `${backend} ran, and the self-test ${seen}`);
}

/** Says so where an examination left tensors behind; results are right all the same. */
function requireNoLeak(): void {
  const now = memoryNow().tensors;
  if (tensors !== null && now > tensors) {
    console.error(`an examination left ${now - tensors} tensors behind`);
  }
  tensors = now;
}

async function answer<Name extends CallName>({ id, name, ask }: Request<Name>): Promise<void> {
  const send = (reply: Reply, transfer: Transferable[] = []) => {
    self.postMessage(reply, { transfer });
  };
  try {
    const done = (count: number) => send({ id, kind: "progress", done: count });
    const found = await HANDLERS[name](ask, done);
    send({ id, kind: "answer", answer: found }, buffersIn(found));
  } catch (error) {
    send({ id, kind: "error", error: wireFrom(error) });
  }
}

self.addEventListener("message", (event: MessageEvent<Request>) => void answer(event.data));
