import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu/dist/base.js"; // without all kernels, as the others here
import {
  getThreadsCount,
  setThreadsCount,
  setWasmPaths,
} from "@tensorflow/tfjs-backend-wasm/dist/base.js";
import { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl/dist/base.js";

import { ContextGuard } from "./context.js";
import { installWasmKernels } from "./wasm_kernels.js";
import { EngineError, wordsOf } from "../errors.js";
import { useEngineKernels } from "./own_kernels.js";
import { Patience } from "../patience.js";
import { measureMantissaBits } from "./precision.js";
import { installWebGLKernels } from "./webgl_kernels.js";

export type BackendName = "webgl" | "wasm" | "cpu";

const FLOAT32_BITS = 23;
const START_LIMIT_S = 60;

/** What the caller wants; anything else is refused, never adapted to. */
export interface BackendRequest {
  readonly backend: BackendName;
  /** Threads for wasm; null leaves the choice to TF.js. */
  readonly threads: number | null;
  /** URL of the folder that holds the .wasm files. */
  readonly wasmPath: string;
  /** TF.js environment flags, set before the backend starts. */
  readonly flags?: Readonly<Record<string, boolean | number>>;
  /** Accept a backend that computes in less than float32 (to simulate a phone, say). */
  readonly allowReducedPrecision?: boolean;
  /** Run TF.js's own kernels even where the engine has faster ones (to compare with). */
  readonly stockKernels?: boolean;
}

/** Where the models run, as the browser and the backend themselves report it. */
export interface BackendEnvironment {
  readonly requestedBackend: BackendName;
  readonly backend: string;
  readonly tfjs: string;
  readonly userAgent: string;
  readonly renderer: string | null;
  readonly vendor: string | null;
  readonly webgl: number | null;
  readonly maxTextureSize: number | null;
  readonly renderFloat32: boolean | null;
  readonly forcedFloat16: boolean | null;
  readonly mantissaBits: number;
  readonly wasmSimd: boolean | null;
  readonly wasmThreads: number | null;
  readonly requestedThreads: number | null;
  readonly hardwareConcurrency: number;
  readonly crossOriginIsolated: boolean;
}

/** A running backend. */
export interface Backend {
  readonly environment: BackendEnvironment;
  readonly guard: ContextGuard;
}

/**
 * Starts exactly the requested backend and reports it.
 *
 * Throws EngineError `webgl-missing`, `float32-missing`, `backend-refused` or `threads-refused`.
 */
export async function startBackend(request: BackendRequest): Promise<Backend> {
  tf.env().setFlags({ ...tf.env().getFlags(), ...request.flags });
  if (request.backend === "webgl") requireWebGL(request);
  if (request.backend === "wasm") {
    setWasmPaths(request.wasmPath);
    if (request.threads !== null) setThreadsCount(request.threads);
    // For one thread the binary without threads, which starts no worker from a blob, also where the
    // page is cross-origin isolated: the same bytes run wherever the page is served.
    if (request.threads === 1) tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  }
  await select(request.backend);
  const webgl = request.backend === "webgl" ? ownBackend() : null;
  if (webgl) installWebGLKernels(webgl);
  if (request.backend === "wasm") installWasmKernels();
  useEngineKernels(request.stockKernels !== true);
  const gl = webgl ? (webgl.getGPGPUContext().gl as WebGL2RenderingContext) : null;
  const environment = await describeBackend(request, gl);
  if (environment.mantissaBits < FLOAT32_BITS && request.allowReducedPrecision !== true) {
    throw new EngineError(
      "float32-missing",
      `${request.backend} computes with ${environment.mantissaBits} mantissa bits here; ` +
        `float32 has ${FLOAT32_BITS}`,
    );
  }
  requireThreads(request, environment);
  return { environment, guard: new ContextGuard(gl) };
}

/** Checks, before anything starts, that WebGL2 with float32 render targets is there. */
function requireWebGL(request: BackendRequest): void {
  const version = tf.env().getNumber("WEBGL_VERSION");
  if (version !== 2) {
    const found = version === 1 ? "only WebGL1" : "no WebGL";
    throw new EngineError("webgl-missing", `this browser offers ${found}; WebGL2 is needed`);
  }
  const float32 = tf.env().getBool("WEBGL_RENDER_FLOAT32_ENABLED");
  if (!float32 && request.allowReducedPrecision !== true) {
    throw new EngineError(
      "float32-missing",
      tf.env().getBool("WEBGL_FORCE_F16_TEXTURES")
        ? "a TF.js flag forces float16 textures"
        : "this browser's WebGL2 cannot render to float32 textures, so results would be float16",
    );
  }
}

async function select(backend: BackendName): Promise<void> {
  let accepted: boolean;
  try {
    accepted = await withinLimit(tf.setBackend(backend));
    await tf.ready();
  } catch (error) {
    throw new EngineError("backend-refused", `${backend} did not start: ${wordsOf(error)}`);
  }
  const current = tf.getBackend();
  if (!accepted || current !== backend) {
    throw new EngineError(
      "backend-refused",
      `${backend} did not start; TF.js is on ${current || "no backend"} instead`,
    );
  }
}

/** A refused worker, for one, leaves TF.js waiting for ever without a word. */
function withinLimit<T>(start: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = new Error(`nothing happened for ${START_LIMIT_S} s`);
    const limit = new Patience(START_LIMIT_S, () => reject(late));
    start.then(resolve, reject).finally(() => limit.stop());
  });
}

/** The running WebGL backend. Throws EngineError `backend-refused`. */
export function ownBackend(): MathBackendWebGL {
  const backend = tf.backend();
  if (!(backend instanceof MathBackendWebGL)) {
    throw new EngineError("backend-refused", "the webgl backend is not TF.js's own");
  }
  return backend;
}

async function describeBackend(
  request: BackendRequest,
  gl: WebGL2RenderingContext | null,
): Promise<BackendEnvironment> {
  const wasm = request.backend === "wasm";
  return {
    requestedBackend: request.backend,
    backend: tf.getBackend(),
    tfjs: tf.version_core,
    userAgent: navigator.userAgent,
    ...describeContext(gl),
    mantissaBits: await measureMantissaBits(),
    wasmSimd: wasm ? Boolean(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) : null,
    wasmThreads: wasm ? getThreadsCount() : null,
    requestedThreads: wasm ? request.threads : null,
    hardwareConcurrency: navigator.hardwareConcurrency,
    crossOriginIsolated: globalThis.crossOriginIsolated,
  };
}

function describeContext(gl: WebGL2RenderingContext | null) {
  const info = gl?.getExtension("WEBGL_debug_renderer_info") ?? null;
  const unmasked = (parameter: number | undefined): string | null =>
    gl && parameter !== undefined ? String(gl.getParameter(parameter) ?? "") || null : null;
  return {
    renderer: unmasked(info?.UNMASKED_RENDERER_WEBGL),
    vendor: unmasked(info?.UNMASKED_VENDOR_WEBGL),
    webgl: gl ? tf.env().getNumber("WEBGL_VERSION") : null,
    maxTextureSize: gl ? tf.env().getNumber("WEBGL_MAX_TEXTURE_SIZE") : null,
    renderFloat32: gl ? tf.env().getBool("WEBGL_RENDER_FLOAT32_ENABLED") : null,
    forcedFloat16: gl ? tf.env().getBool("WEBGL_FORCE_F16_TEXTURES") : null,
  };
}

function requireThreads(request: BackendRequest, found: BackendEnvironment): void {
  if (found.requestedThreads === null || found.requestedThreads === found.wasmThreads) return;
  throw new EngineError(
    "threads-refused",
    `${request.threads} wasm threads were asked for and ${found.wasmThreads} run ` +
      `(logical processors: ${found.hardwareConcurrency}, ` +
      `cross-origin isolated: ${found.crossOriginIsolated})`,
  );
}
