import { describe, expect, test } from "vitest";
import {
  asksTheHost,
  integrityOf,
  isShellOf,
  keyOf,
  modelDigests,
  releaseOf,
  shellFiles,
  shellOf,
  workerOf,
} from "./release.js";

const RELEASE = "0123456789abcdef".repeat(4);
const BASE = "https://host.example/tools/xray/";
const file = (bytes: number, letter = "a") => ({ sha256: letter.repeat(64), bytes });

describe("a worker's address", () => {
  test("names its release", () => {
    expect(workerOf(BASE, RELEASE)).toBe(`${BASE}sw.js?release=${RELEASE}`);
    expect(releaseOf(workerOf(BASE, RELEASE))).toBe(RELEASE);
  });

  test.each([undefined, `${BASE}sw.js`, `${BASE}sw.js?release=`, `${BASE}sw.js?release=../x`])(
    "%s names none",
    (script) => expect(releaseOf(script)).toBeNull(),
  );
});

test("a digest becomes what fetch checks", () => {
  const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  expect(integrityOf(ofNothing)).toBe("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
});

describe("shells", () => {
  test("are told apart by folder, also where one lies in the other", () => {
    const name = shellOf(BASE, RELEASE);
    expect(isShellOf(BASE, name)).toBe(true);
    expect(isShellOf("https://host.example/tools/", name)).toBe(false);
    expect(isShellOf("https://host.example/", name)).toBe(false);
    expect(isShellOf(BASE, "xport-models-v1")).toBe(false);
  });

  const document = (path: string) => ({ path, ...file(9) });
  const model = {
    preprocess: document("models/clf/preprocess.json"),
    calibration: null,
    gate: null,
    card: document("models/clf/card.html"),
    files: { "model.json": file(5, "b"), "shard.bin": file(6, "c") },
  };
  const contents = {
    models: { clf: model, again: { ...model, card: null } },
    files: {
      ".htaccess": file(2),
      _headers: file(3),
      "index.html": file(1),
      "self_test/x.bin": file(9 * 2 ** 20),
      "report.html": file(4 * 2 ** 20),
      "evidence.json": file(4 * 2 ** 20 + 1),
    },
  };

  test("hold the page, what it tests itself with and the models' documents", () => {
    expect([...shellFiles(contents).keys()]).toEqual([
      "index.html",
      "self_test/x.bin",
      "report.html",
      "models/clf/preprocess.json",
      "models/clf/card.html",
    ]);
  });

  test("hold no model, which has its place elsewhere", () => {
    expect(modelDigests(contents)).toEqual(new Set(["b".repeat(64), "c".repeat(64)]));
  });
});

describe("requests", () => {
  test.each([
    [BASE, `${BASE}index.html`],
    [`${BASE}?lang=de#about`, `${BASE}index.html`],
    [`${BASE}report.html?x`, `${BASE}report.html`],
    [`${BASE}models/`, `${BASE}models/`],
  ])("%s is stored as %s", (url, key) => expect(keyOf(BASE, url)).toBe(key));

  test.each([
    [{ cache: "no-store", mode: "cors" }, true],
    [{ cache: "reload", mode: "same-origin" }, true],
    [{ cache: "no-cache", mode: "cors" }, false],
    [{ cache: "default", mode: "no-cors" }, false],
    [{ cache: "reload", mode: "navigate" }, false],
  ] as const)("%o asks the host: %s", (request, asks) => expect(asksTheHost(request)).toBe(asks));
});
