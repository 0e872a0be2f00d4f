import type { BackendEnvironment } from "../engine/index.js";
import type { Manifest } from "./manifest.js";
import type { Square, Prediction } from "./predictor.js";

/** What the page is doing; written to <body data-state>. */
export type State = "starting" | "loading" | "ready" | "working" | "done" | "failed";

/** The element with this id. */
export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as T;
}

/** Shows a state and a sentence about it; results are to be seen in no state but `done`. */
export function showState(state: State, sentence: string): void {
  document.body.dataset["state"] = state;
  element("status").textContent = sentence;
  const idle = state === "ready" || state === "done" || state === "failed";
  element<HTMLSelectElement>("backend").disabled = !idle;
  element("progress").hidden = state !== "loading";
  for (const id of ["findings", "pictures"]) element(id).hidden = state !== "done";
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

/** Shows a prediction. */
export function showPrediction(prediction: Prediction, fileName: string, backend: string): void {
  element("rows").replaceChildren(
    ...prediction.findings.map(({ label, value }) => rowOf(label, value)),
  );
  draw("input", prediction.input, `The input: ${fileName}`);
  const { reconstruction } = prediction;
  element("rebuilt").hidden = !reconstruction;
  if (reconstruction) draw("reconstruction", reconstruction, `Reconstruction of ${fileName}`);
  const time = prediction.seconds.toFixed(2);
  showState("done", `${fileName}: computed in ${time} s on ${backend}.`);
}

function rowOf(label: string, value: number): HTMLTableRowElement {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = label.replaceAll("_", " ");
  const number = document.createElement("span");
  number.textContent = value.toFixed(3);
  const fill = document.createElement("span");
  fill.style.setProperty("--share", `${(value * 100).toFixed(2)}%`);
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.setAttribute("aria-hidden", "true");
  bar.append(fill);
  const both = document.createElement("div");
  both.className = "value";
  both.append(number, bar);
  const cell = document.createElement("td");
  cell.append(both);
  row.append(name, cell);
  return row;
}

function draw(id: string, picture: Square, label: string): void {
  const canvas = element<HTMLCanvasElement>(id);
  canvas.width = canvas.height = picture.size;
  canvas.setAttribute("aria-label", label);
  const image = new ImageData(picture.size, picture.size);
  const range = picture.high - picture.low;
  picture.values.forEach((value, index) => {
    const grey = ((value - picture.low) / range) * 255; // clamped and rounded by ImageData
    image.data.set([grey, grey, grey, 255], index * 4);
  });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
