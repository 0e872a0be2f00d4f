import type { Finding } from "../../host/seen.js";
import { calibratedOf, standingOf } from "../findings/standing.js";
import { claimWords, NOTICE, operatingPoint, siteWords, type Source } from "./export_documents.js";
import { nameOfFile, type Item, type Result } from "./items.js";
import { reaches } from "./many.js";

const CODES = "http://terminology.hl7.org/CodeSystem";
/** Marks a resource as made for tests, never as a patient's record. */
const META = {
  security: [{ system: `${CODES}/v3-ActReason`, code: "HTEST", display: "test health data" }],
  tag: [{ display: NOTICE }],
};

/**
 * A FHIR R4 Bundle (`collection`): the release as a Device, for each image a DiagnosticReport and an
 * Observation for each finding, all `preliminary`, without a subject.
 *
 * A value is the calibrated one, or the model's output where there is no operating point, and its
 * `method` says which. A refused or failed image has a report without observations and its reason.
 */
export function fhirOf(items: readonly Item[], source: Source): string {
  const device = entry(deviceOf(source));
  const images = items.flatMap((item) => {
    const found = item.result?.findings ?? [];
    const seen = found.map((one, i) => entry(observationOf(one, i, item, source, device.fullUrl)));
    return [entry(reportOf(item, source, seen)), ...seen];
  });
  const bundle = {
    resourceType: "Bundle",
    meta: META,
    type: "collection",
    timestamp: source.made,
    entry: [device, ...images],
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

interface Entry {
  readonly fullUrl: string;
  readonly resource: object;
}

function entry(resource: object): Entry {
  return { fullUrl: `urn:uuid:${uuid()}`, resource };
}

/** RFC 4122, version 4; `crypto.randomUUID` is there on secure pages alone. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function deviceOf({ release, title, version, digest }: Source) {
  return {
    resourceType: "Device",
    meta: META,
    identifier: [{ type: { text: "SHA-256 of manifest.json" }, value: digest }],
    deviceName: [{ name: title || release, type: "user-friendly-name" }],
    modelNumber: release,
    ...(version === null ? {} : { version: [{ value: version }] }),
    note: [{ text: NOTICE }],
  };
}

/** What every report and observation says first. */
function notesOf(item: Item, source: Source) {
  const { release, version, digest } = source;
  const corrections = item.result?.corrections ?? [];
  const words = [
    NOTICE,
    `release ${[release, version].filter((one) => one !== null).join(" ")}, manifest SHA-256 ${digest}`,
    claimWords(source),
    siteWords(item.result),
    corrections.length > 0 && `corrected before it was examined: ${corrections.join(" ")}`,
    item.problem?.detail,
    item.result?.check?.reason && `refused: ${item.result.check.reason}`,
  ];
  return words.filter((one): one is string => typeof one === "string" && one !== "");
}

function identifiersOf({ file, result, problem }: Item) {
  const sha256 = result?.sha256 ?? problem?.sha256;
  const name = { type: { text: "file" }, value: nameOfFile(file) };
  return [name, ...(sha256 ? [{ type: { text: "SHA-256 of the file" }, value: sha256 }] : [])];
}

function reportOf(item: Item, source: Source, seen: readonly Entry[]) {
  return {
    resourceType: "DiagnosticReport",
    meta: META,
    identifier: identifiersOf(item),
    status: item.status === "done" ? "preliminary" : "cancelled",
    code: { text: "Predictions of a research model for a chest X-ray" },
    ...momentOf(item.result),
    ...(seen.length > 0 && { result: seen.map(({ fullUrl }) => ({ reference: fullUrl })) }),
    conclusion: notesOf(item, source).join("\n"),
  };
}

function observationOf(
  finding: Finding,
  index: number,
  item: Item,
  source: Source,
  device: string,
) {
  const calibrated = calibratedOf(finding);
  const point = operatingPoint(item.result, index);
  const scale =
    calibrated === null ? "model output, not calibrated" : "calibrated, 0.5 at the operating point";
  const component = (text: string, value: number) => ({
    code: { text },
    valueQuantity: { value },
  });
  return {
    resourceType: "Observation",
    meta: META,
    identifier: identifiersOf(item),
    status: "preliminary",
    code: { text: finding.label },
    ...momentOf(item.result),
    valueQuantity: { value: calibrated ?? finding.output },
    ...(calibrated !== null && { interpretation: [interpretationOf(finding)] }),
    note: notesOf(item, source).map((text) => ({ text })),
    method: { text: scale },
    device: { reference: device },
    component: [
      component("model output", finding.output),
      ...(point === null ? [] : [component("operating point, of the model output", point)]),
    ],
  };
}

/** Whether the operating point is reached, in HL7's code; the page's own word beside it. */
function interpretationOf(finding: Finding) {
  const reached = reaches(finding);
  const coding = {
    system: `${CODES}/v3-ObservationInterpretation`,
    code: reached ? "POS" : "NEG",
    display: reached ? "Positive" : "Negative",
  };
  return { coding: [coding], text: standingOf(finding) ?? coding.display };
}

function momentOf(result: Result | null) {
  return result ? { effectiveDateTime: result.origin.made } : {};
}
