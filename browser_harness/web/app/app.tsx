import "./app.css";
import {
  EngineError,
  PictureReader,
  wordsOf,
  type BackendName,
  type ErrorCode,
} from "../engine/index.js";
import { inputsFrom } from "./decode.js";
import { element } from "./element.js";
import { readManifest, type Manifest } from "./manifest.js";
import { Predictor } from "./predictor.js";
import {
  allowImages,
  showEnvironment,
  showError,
  showManifest,
  showProgress,
  showSeen,
  showState,
} from "./view.js";

const BASE = new URL(".", document.baseURI).href;
const NAMES: Readonly<Record<BackendName, string>> = {
  webgl: "WebGL",
  wasm: "WebAssembly",
  cpu: "plain JavaScript",
};

const WITHOUT_WEBGL: readonly ErrorCode[] = [
  "webgl-missing",
  "float32-missing",
  "backend-refused",
  "context-lost",
];
const LEADS: Partial<Readonly<Record<ErrorCode, string>>> = {
  "file-refused":
    "A file of this release is not one that this page can vouch for, so nothing runs. ",
  "signature-refused": "A model is not the one that was verified, so nothing runs. ",
  "output-refused": "A model is not the one that was verified, so nothing is shown. ",
  "insecure-context": "Model files cannot be verified, so nothing runs: ",
};

const reader = new PictureReader(BASE);
let manifest: Manifest | null = null;
let predictor: Predictor | null = null;
let busy = false;

/** Lets the browser paint before work that blocks it. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Runs one action at a time, and shows what it throws. */
async function exclusively(work: () => Promise<void>): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    fail(error);
  } finally {
    busy = false;
  }
}

function fail(error: unknown): void {
  const webgl = element<HTMLSelectElement>("backend").value === "webgl";
  const code = error instanceof EngineError ? error.code : null;
  const offer = webgl && code !== null && WITHOUT_WEBGL.includes(code);
  if (offer) discard();
  allowImages(predictor !== null);
  const lead = offer ? "WebGL cannot be used here: " : code && LEADS[code];
  showError(`${lead ?? ""}${wordsOf(error)}`, offer);
}

function discard(): void {
  predictor?.close();
  predictor = null;
  showEnvironment(null);
}

async function load(backend: BackendName): Promise<void> {
  element<HTMLSelectElement>("backend").value = backend;
  allowImages(false);
  discard();
  showState("loading", `Starting ${NAMES[backend]}, then loading and checking the models.`);
  manifest ??= await readManifest(`${BASE}manifest.json`);
  showManifest(manifest);
  await painted();
  predictor = await Predictor.open(manifest, backend, BASE, showProgress);
  showEnvironment(predictor.environment);
  showState("loading", `Getting ${NAMES[backend]} ready for the first image.`);
  await painted();
  await predictor.warmUp();
  allowImages(true);
  showState("ready", "Ready. Choose an image to see the findings.");
}

async function predict(file: File): Promise<void> {
  if (!predictor) return;
  showState("working", `Computing ${file.name}.`);
  await painted();
  const inputs = await inputsFrom(file, predictor.definitions, reader);
  const seen = await predictor.predict(inputs);
  showSeen(seen, file.name, NAMES[predictor.environment.backend as BackendName]);
}

function choose(files: FileList | null | undefined): void {
  const file = files?.[0];
  if (file) void exclusively(() => predict(file));
}

function listen(): void {
  const file = element<HTMLInputElement>("file");
  file.addEventListener("change", () => {
    choose(file.files);
    file.value = ""; // so that the same file can be chosen again
  });
  const drop = element("drop");
  for (const kind of ["dragover", "drop", "dragleave"] as const) {
    window.addEventListener(kind, (event) => {
      event.preventDefault(); // a file dropped beside the target must not replace the page
      drop.classList.toggle("over", kind === "dragover" && drop.contains(event.target as Node));
    });
  }
  drop.addEventListener("drop", (event) => choose(event.dataTransfer?.files));
  const backend = element<HTMLSelectElement>("backend");
  backend.addEventListener("change", () => {
    void exclusively(() => load(backend.value as BackendName));
  });
  element("use-wasm").addEventListener("click", () => void exclusively(() => load("wasm")));
}

element("unserved").hidden = true;
element("tool").hidden = false;
element("about").hidden = false;
listen();
void exclusively(() => load("webgl"));
