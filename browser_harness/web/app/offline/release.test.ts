import { describe, expect, test } from "vitest";
import {
  asksTheHost,
  digestIn,
  digestsOf,
  integrityOf,
  isShellOf,
  keyOf,
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

  test("hold the page and what is read in it, but nothing that is kept by digest", () => {
    expect([...shellFiles(contents).keys()]).toEqual([
      "index.html",
      "report.html",
      "models/clf/card.html",
    ]);
  });
});

describe("what is kept by digest", () => {
  const folder = "https://host.example/tools/";

  test("belongs to a release that names it anywhere", () => {
    const model = { preprocess: file(1, "a"), calibration: null, gate: file(2, "b"), card: null };
    const listed = (letter: string) => ({ x: file(3, letter) });
    const named = (one: typeof model) => ({
      ...one,
      preprocess: { path: "p", ...one.preprocess },
      gate: { path: "g", ...one.gate },
      files: listed("c"),
    });
    const found = digestsOf({ models: { clf: named(model) }, files: listed("d") });
    expect([...found].map((one) => one[0]).sort()).toEqual(["a", "b", "c", "d"]);
  });

  test("is told apart by folder", () => {
    expect(digestIn(folder, `${folder}by-digest/${RELEASE}`)).toBe(RELEASE);
    expect(digestIn(folder, `${BASE}by-digest/${RELEASE}`)).toBeNull();
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
