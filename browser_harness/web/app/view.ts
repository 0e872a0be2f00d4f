import type { BackendEnvironment } from "../engine/index.js";
import { element } from "./element.js";
import { showFindings } from "./findings.js";
import type { Manifest } from "./manifest.js";
import { showPictures } from "./pictures.js";
import type { Check, Seen } from "./predictor.js";
import { reasonOf, verdictOf } from "./words.js";

/** What the page is doing; written to <body data-state>. `refused`: the gate refused the image. */
export type State = "starting" | "loading" | "ready" | "working" | "done" | "refused" | "failed";

/**
 * Shows a state and a sentence about it; findings are to be seen in no state but `done`, pictures and
 * the gate's verdict in none but `done` and `refused`.
 */
export function showState(state: State, sentence: string): void {
  document.body.dataset["state"] = state;
  element("status").textContent = sentence;
  const seen = state === "done" || state === "refused";
  const idle = seen || state === "ready" || state === "failed";
  element<HTMLSelectElement>("backend").disabled = !idle;
  element("progress").hidden = state !== "loading";
  element("results").hidden = state !== "done";
  for (const id of ["check", "pictures"]) element(id).hidden = !seen;
  if (state !== "failed") element("error").hidden = true;
}

/** Lets the user choose an image, or not. */
export function allowImages(allowed: boolean): void {
  element<HTMLInputElement>("file").disabled = !allowed;
}

/** Shows an error in words, and whether WebAssembly is offered instead. */
export function showError(message: string, offerWasm: boolean): void {
  showState("failed", "Stopped; see the message above.");
  element("error-text").textContent = message;
  element("use-wasm").hidden = !offerWasm;
  element("error").hidden = false;
  element("error").scrollIntoView({ block: "nearest" });
}

/** Shows what the release is. */
export function showManifest(manifest: Manifest): void {
  element("title").textContent = manifest.title;
  document.title = manifest.title;
  element("release").textContent = `Release ${manifest.release}, verification ${manifest.verdict}`;
  const notes = new Set(Object.values(manifest.models).map((model) => model.weights));
  const text = [...notes].filter((note) => note !== null).join("; ");
  element("weights").textContent = `Weights: ${text}. The numbers below mean nothing clinically.`;
  element("weights").hidden = text === "";
  element("verified").textContent =
    `Release ${manifest.release} passed its comparison with PyTorch. Every model file is checked ` +
    `against the SHA-256 recorded then, before it is used.`;
  element("report").hidden = !Object.hasOwn(manifest.files, "report.html");
}

/** Shows which backend runs, as it reports itself. */
export function showEnvironment(found: BackendEnvironment | null): void {
  element("environment").textContent = found ? sentenceOf(found) : "No backend runs.";
}

function sentenceOf(found: BackendEnvironment): string {
  const where =
    found.backend === "webgl"
      ? `WebGL ${found.webgl} on ${found.renderer ?? "an unnamed renderer"}`
      : `WebAssembly${found.wasmSimd ? " with SIMD" : ""}, threads: ${found.wasmThreads}`;
  return `Running on ${where}; ${found.mantissaBits}-bit mantissa, TF.js ${found.tfjs}.`;
}

/** Shows how much of the models has been fetched and verified. */
export function showProgress(done: number, total: number): void {
  element<HTMLProgressElement>("progress").value = total > 0 ? done / total : 0;
}

/** Shows what the models say about an image, or why the gate refused it. */
export function showSeen(seen: Seen, fileName: string, backend: string): void {
  showCheck(seen.check);
  showFindings(seen);
  showPictures(seen, fileName);
  const time = `computed in ${seen.seconds.toFixed(2)} s on ${backend}.`;
  if (seen.findings) {
    showState("done", `${fileName}: ${time} ${verdictOf(seen.check)}`);
  } else {
    showState("refused", `${fileName}: no predictions. ${verdictOf(seen.check)}`);
  }
}

function showCheck(check: Check | null): void {
  element("check").classList.toggle("alarm", check !== null && !check.accepted);
  element("check").classList.toggle("caution", check === null);
  element("check-verdict").textContent = verdictOf(check);
  element("check-reason").textContent = reasonOf(check);
}
