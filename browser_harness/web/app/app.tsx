import "./app.css";
import { openSession, wordsOf, type BackendName, type Session } from "./host/index.js";
import { element } from "./element.js";
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

let session: Session | null = null;
let busy = false;

/** Runs one action at a time, and shows what it throws. */
async function exclusively(work: () => Promise<void>): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    allowImages(session !== null);
    showError(wordsOf(error), false);
  } finally {
    busy = false;
  }
}

async function load(backend: BackendName): Promise<void> {
  element<HTMLSelectElement>("backend").value = backend;
  allowImages(false);
  session?.close();
  session = null;
  showEnvironment(null);
  showState("loading", `Starting ${NAMES[backend]}, then loading and checking the models.`);
  const backends: readonly BackendName[] =
    backend === "webgl" ? ["webgl", "wasm", "cpu"] : [backend];
  session = await openSession({
    base: BASE,
    backends,
    progress: ({ done, total }) => showProgress(done, total),
  });
  showManifest(session.manifest);
  element<HTMLSelectElement>("backend").value = session.running.backend;
  showEnvironment(session.running.environment);
  allowImages(true);
  showState("ready", "Ready. Choose an image to see the findings.");
}

async function predict(file: File): Promise<void> {
  if (!session) return;
  showState("working", `Computing ${file.name}.`);
  const { seen } = await session.examine(file);
  showSeen(seen, file.name, NAMES[session.running.backend]);
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
