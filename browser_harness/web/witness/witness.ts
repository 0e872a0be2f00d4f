// What really ran, as the browser's own interfaces saw it.
//
// The first import of the pages' scripts and of their workers, as a file of its own: it is evaluated
// before any engine, so an engine's calls are counted whatever the engine says of itself. Counts are
// of calls that returned. An interface that was not the browser's own when the witness began is
// `foreign`, one whose counter was taken away since is `replaced`. Twin: xport/exchange/witness.py.

/** A WebAssembly module that was instantiated, by its bytes. */
export interface WitnessedModule {
  readonly sha256: string;
  /** Whether a function of it declares a vector of 128 bits. */
  readonly simd: boolean;
  /** Whether it was given a memory that threads share. */
  readonly threads: boolean;
}

/** What has been done on WebGL and WebGPU; cheap to read. */
export interface Work {
  readonly draws: number;
  readonly submits: number;
}

export interface Account extends Work {
  /** Interfaces that are watched here; a browser without WebGPU has none of its. */
  readonly watched: readonly string[];
  readonly foreign: readonly string[];
  readonly replaced: readonly string[];
  readonly programs: number;
  readonly reads: number;
  readonly pipelines: number;
  readonly instantiations: number;
  /** Modules of the instantiations, each once; one that was made elsewhere is not known. */
  readonly modules: readonly WitnessedModule[];
  readonly workers: number;
}

type Count =
  "draws" | "programs" | "reads" | "submits" | "pipelines" | "instantiations" | "workers";
type Callable = (...given: unknown[]) => unknown;
type Interfaces = Record<string, unknown>;

const WEBGL: Readonly<Record<string, Count>> = {
  drawArrays: "draws",
  drawElements: "draws",
  drawArraysInstanced: "draws",
  drawElementsInstanced: "draws",
  drawRangeElements: "draws",
  linkProgram: "programs",
  readPixels: "reads",
  getBufferSubData: "reads",
};
const WATCHED: readonly (readonly [string, Readonly<Record<string, Count>>])[] = [
  ["WebGLRenderingContext", WEBGL],
  ["WebGL2RenderingContext", WEBGL],
  ["GPUQueue", { submit: "submits" }],
  [
    "GPUDevice",
    {
      createComputePipeline: "pipelines",
      createComputePipelineAsync: "pipelines",
      createRenderPipeline: "pipelines",
      createRenderPipelineAsync: "pipelines",
    },
  ],
];

// Taken at once: whoever comes later may change them.
const { apply, construct, getOwnPropertyDescriptor, defineProperty } = Reflect;
const textOf = Function.prototype.toString;
const digest =
  typeof crypto === "object" && "subtle" in crypto
    ? crypto.subtle.digest.bind(crypto.subtle)
    : null;

const counts: Record<Count, number> = {
  ...{ draws: 0, programs: 0, reads: 0, submits: 0, pipelines: 0, instantiations: 0, workers: 0 },
};
const watched: string[] = [];
const foreign: string[] = [];
const standing: { readonly name: string; readonly stands: () => boolean }[] = [];

/** What is known of a module: `null` of one whose bytes were not seen. */
interface Known {
  readonly sha256: string;
  readonly simd: boolean;
}
const compiled = new WeakMap<WebAssembly.Module, Promise<Known | null>>();
const instantiated: { known: Promise<Known | null>; threads: boolean }[] = [];

/** Whether a function is the browser's own: written by nobody, bound to nothing, under its name. */
function isNative(value: unknown, name: string, constructs: boolean): boolean {
  if (typeof value !== "function") return false;
  const text = apply(textOf, value, []) as string;
  const own = new RegExp(`^function ${name}\\(\\)\\s*\\{\\s*\\[native code\\]\\s*\\}$`);
  return own.test(text) && Object.hasOwn(value, "prototype") === constructs;
}

/** Puts `made` in the place of one of the browser's functions, once that is seen to be its own. */
function watch(
  owner: object,
  name: string,
  place: string,
  made: (native: Callable) => Callable,
  constructs = false,
): void {
  const found = getOwnPropertyDescriptor(owner, name);
  if (!found) return;
  watched.push(place);
  const native: unknown = found.value;
  if (!isNative(native, name, constructs)) foreign.push(place);
  if (typeof native !== "function") return;
  const counter = made(native as Callable);
  const put = defineProperty(owner, name, { ...found, value: counter });
  const stands = () => put && getOwnPropertyDescriptor(owner, name)?.value === counter;
  standing.push({ name: place, stands });
}

/** Counts what returned. */
function counted(native: Callable, count: Count): Callable {
  return function (this: unknown) {
    // Rest arguments would make an array for each of thousands of draw calls.
    const result = apply(native, this, arguments);
    counts[count] += 1;
    return result;
  };
}

function bytesIn(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

async function known(source: BufferSource): Promise<Known | null> {
  const bytes = bytesIn(source);
  const simd = declaresVectors(bytes);
  if (!digest) return null;
  const found = new Uint8Array(await digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return { sha256: Array.from(found, (one) => one.toString(16).padStart(2, "0")).join(""), simd };
}

/** Whether a function of a WebAssembly binary declares a local of 128 bits; bodies are skipped. */
function declaresVectors(bytes: Uint8Array): boolean {
  const VECTOR = 0x7b;
  const CODE = 10;
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === CODE) {
      for (let functions = number(); functions > 0; functions--) {
        const next = number() + at;
        for (let groups = number(); groups > 0; groups--) {
          number();
          if (bytes[at++] === VECTOR) return true;
        }
        at = next;
      }
    }
    at = end;
  }
  return false;
}

function sharesMemory(imports: unknown): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return Object.values((imports ?? {}) as Interfaces).some((module) =>
    Object.values((module ?? {}) as Interfaces).some(
      (one) => one instanceof WebAssembly.Memory && one.buffer instanceof SharedArrayBuffer,
    ),
  );
}

function instantiatedNow(of: Promise<Known | null>, imports: unknown): void {
  counts.instantiations += 1;
  instantiated.push({ known: of, threads: sharesMemory(imports) });
}

const unknown = Promise.resolve(null);

/** Keeps what is known of a module's bytes with the module. */
function remember(module: WebAssembly.Module, of: Promise<Known | null>): void {
  compiled.set(module, of);
}

/** A response for the browser, and what is known of its bytes. */
function split(source: unknown): { response: Promise<Response>; of: Promise<Known | null> } {
  const response = Promise.resolve(source as Response | PromiseLike<Response>);
  const copy = response.then((one) => one.clone().arrayBuffer());
  return { response, of: copy.then(known, () => null) };
}

function watchWebAssembly(): void {
  if (typeof WebAssembly !== "object") return;
  const place = (name: string) => `WebAssembly.${name}`;
  watch(
    WebAssembly,
    "compile",
    place("compile"),
    (native) =>
      async function compile(source: unknown, ...rest: unknown[]) {
        const of = known(source as BufferSource).catch(() => null);
        const module = (await apply(native, WebAssembly, [source, ...rest])) as WebAssembly.Module;
        remember(module, of);
        return module;
      } as Callable,
  );
  watch(
    WebAssembly,
    "compileStreaming",
    place("compileStreaming"),
    (native) =>
      async function compileStreaming(source: unknown, ...rest: unknown[]) {
        const { response, of } = split(source);
        const module = (await apply(native, WebAssembly, [
          response,
          ...rest,
        ])) as WebAssembly.Module;
        remember(module, of);
        return module;
      } as Callable,
  );
  watch(
    WebAssembly,
    "instantiate",
    place("instantiate"),
    (native) =>
      async function instantiate(source: unknown, imports: unknown, ...rest: unknown[]) {
        const whole = !(source instanceof NativeModule);
        const of = whole
          ? known(source as BufferSource).catch(() => null)
          : (compiled.get(source as WebAssembly.Module) ?? unknown);
        const result = await apply(native, WebAssembly, [source, imports, ...rest]);
        instantiatedNow(of, imports);
        if (whole) remember((result as WebAssembly.WebAssemblyInstantiatedSource).module, of);
        return result;
      } as Callable,
  );
  watch(
    WebAssembly,
    "instantiateStreaming",
    place("instantiateStreaming"),
    (native) =>
      async function instantiateStreaming(source: unknown, imports: unknown, ...rest: unknown[]) {
        const { response, of } = split(source);
        const result = await apply(native, WebAssembly, [response, imports, ...rest]);
        instantiatedNow(of, imports);
        remember((result as WebAssembly.WebAssemblyInstantiatedSource).module, of);
        return result;
      } as Callable,
  );
  watchConstructor(WebAssembly, "Module", place("Module"), (module, [source]) => {
    remember(
      module as WebAssembly.Module,
      known(source as BufferSource).catch(() => null),
    );
  });
  watchConstructor(WebAssembly, "Instance", place("Instance"), (_, [module, imports]) => {
    instantiatedNow(compiled.get(module as WebAssembly.Module) ?? unknown, imports);
  });
}

/** Tells `made` of every object that was constructed. */
function watchConstructor(
  owner: object,
  name: string,
  place: string,
  made: (object: object, given: readonly unknown[]) => void,
): void {
  const watching = (native: Callable) =>
    new Proxy(native, {
      construct(target, given, as) {
        const object = construct(target, given, as) as object;
        made(object, given);
        return object;
      },
    });
  watch(owner, name, place, watching, true);
}

const NativeModule = typeof WebAssembly === "object" ? WebAssembly.Module : Object;
if (!isNative(textOf, "toString", false)) foreign.push("Function.prototype.toString");
for (const [name, functions] of WATCHED) {
  const owner = (globalThis as unknown as Interfaces)[name];
  if (typeof owner !== "function") continue;
  const prototype = owner.prototype as object;
  for (const [method, count] of Object.entries(functions)) {
    watch(prototype, method, `${name}.${method}`, (native) => counted(native, count));
  }
}
watchWebAssembly();
for (const name of ["Worker", "SharedWorker"]) {
  watchConstructor(globalThis, name, name, () => (counts.workers += 1));
}

/** Draw calls and submits so far. */
export function workNow(): Work {
  return { draws: counts.draws, submits: counts.submits };
}

/** All that was seen so far, once the digests of modules are known. */
export async function accountNow(): Promise<Account> {
  const modules = new Map<string, WitnessedModule>();
  for (const { known: of, threads } of [...instantiated]) {
    const found = await of;
    if (found) modules.set(`${found.sha256} ${threads}`, { ...found, threads });
  }
  const replaced = standing.filter(({ stands }) => !stands()).map(({ name }) => name);
  return { watched, foreign, replaced, ...counts, modules: [...modules.values()] };
}
