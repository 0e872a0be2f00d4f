import { expect, test } from "vitest";
import type { Check } from "../../host/seen.js";
import { FINDINGS, itemFor, resultFor } from "../testing.js";
import { cellOf, csvOf, jsonOf, NOTICE } from "./export_documents.js";

const SOURCE = {
  release: "demo",
  title: "T",
  version: "1.2.3",
  digest: "cd".repeat(32),
  made: "2026-01-02T00:00Z",
  publisher: null,
};

function rowsOf(csv: string): string[][] {
  return csv
    .trimEnd()
    .split("\r\n")
    .map((row) => row.split(","));
}

test("a CSV has one row for each finding, each with the notice, the release and the file", () => {
  const [columns, ...rows] = rowsOf(csvOf([itemFor("a.png")], SOURCE));
  expect(rows.length).toBe(FINDINGS.length);
  for (const row of rows) {
    expect(row.length).toBe(columns?.length);
    expect(row.slice(0, 6)).toEqual([
      NOTICE,
      "demo",
      "1.2.3",
      SOURCE.digest,
      "a.png",
      "ab".repeat(32),
    ]);
  }
  const cell = (row: number, name: string) => rows[row]?.[columns?.indexOf(name) ?? -1];
  expect(cell(0, "finding")).toBe("Mass");
  expect(cell(0, "standing")).toBe("above");
  expect(cell(2, "calibrated")).toBe("");
  expect(cell(2, "standing")).toBe("no-operating-point");
  expect(cell(0, "self_test")).toBe("passed");
});

test("whose thresholds hold is in every row and beside every image", () => {
  const result = resultFor({});
  const site = { site: "Sample hospital", made: "2026-06-01", until: "2026-12-31" };
  const origin = { ...result.origin, site: { ...site, fingerprint: "ab", gate: true } };
  const items = [itemFor("a.png", { result: { ...result, origin } })];
  const words = "thresholds set by Sample hospital on 2026-06-01, not part of the verified release";
  const [, ...rows] = csvOf(items, SOURCE).trimEnd().split("\r\n");
  for (const row of rows) expect(row.endsWith(`"${words}",`)).toBe(true);
  expect(JSON.parse(jsonOf(items, SOURCE)).images[0].site).toEqual({ words, ...origin.site });
  expect(JSON.parse(jsonOf([itemFor("a.png")], SOURCE)).images[0].site).toBe(null);
});

test("what was corrected by hand is in every row and beside every image", () => {
  const corrections = ["turn-90", "invert"] as const;
  const items = [itemFor("a.png", { result: resultFor({ corrections }) })];
  const [columns, ...rows] = rowsOf(csvOf(items, SOURCE));
  const place = columns?.indexOf("corrections") ?? -1;
  for (const row of rows) expect(row[place]).toBe("turn-90 invert");
  expect(JSON.parse(jsonOf(items, SOURCE)).images[0].corrections).toEqual(corrections);
  expect(JSON.parse(jsonOf([itemFor("a.png")], SOURCE)).images[0].corrections).toEqual([]);
});

test("who claims the release is in every row and document, and nobody calls that verified", () => {
  const source = { ...SOURCE, publisher: "Sample lab" };
  const words =
    "claimed by Sample lab; its signature is for whoever received this release to check";
  const [, ...rows] = csvOf([itemFor("a.png")], source)
    .trimEnd()
    .split("\r\n");
  for (const row of rows) expect(row.endsWith(`,"${words}"`)).toBe(true);
  expect(JSON.parse(jsonOf([], source)).claim).toBe(words);
  expect(words).not.toMatch(/verified/);
  expect(JSON.parse(jsonOf([], SOURCE)).claim).toBe(null);
});

test("numbers have every digit in both forms", () => {
  const output = Math.fround(0.1234567);
  const findings = [{ label: "Mass", output, standing: null }];
  const items = [itemFor("a.png", { result: resultFor({ findings }) })];
  expect(csvOf(items, SOURCE)).toContain(`,${output},`);
  expect(JSON.parse(jsonOf(items, SOURCE)).images[0].findings[0].output).toBe(output);
});

test("a file without findings has one row that says why", () => {
  const failed = itemFor("a.txt", {
    status: "failed",
    result: null,
    problem: { code: "not-an-image", detail: "no image, at all", sha256: "ab12" },
  });
  expect(JSON.parse(jsonOf([failed], SOURCE)).images[0].sha256).toBe("ab12");
  const csv = csvOf([failed], SOURCE);
  expect(csv.trimEnd().split("\r\n").length).toBe(2);
  expect(csv).toContain('failed,"no image, at all"');
  expect(csv).toContain("a.txt,ab12,");
});

test("a refused image has the deciding score, threshold and reason, all conditions, and no findings", () => {
  const condition = {
    ...{ score: "view", label: "frontal", definition: "d", comparison: "at least" },
    ...{ threshold: 0.6, reason: "not-frontal", weights_sha256: "0".repeat(64) },
  } as const;
  const deciding = { condition, score: 0.41 };
  const later = { condition: { ...condition, score: "ssim", label: null }, score: null } as const;
  const known = { dataset: "x", images: 1, refused: 0 };
  const check = { accepted: false, reason: "inverted", scored: [deciding, later], deciding, known };
  const result = resultFor({ findings: null, check: check as Check });
  const item = itemFor("a.png", { status: "refused", result });
  const { gate, findings } = JSON.parse(jsonOf([item], SOURCE)).images[0];
  const stated = { definition: "d", comparison: "at least", threshold: 0.6, means: "not-frontal" };
  const told = { ...stated, score: "view: frontal", value: 0.41 };
  const conditions = [told, { ...stated, score: "ssim", value: null }];
  expect(gate).toEqual({ ...told, accepted: false, reason: "inverted", conditions });
  expect(csvOf([item], SOURCE)).toContain(",view: frontal,0.41,0.6,false,inverted,");
  expect(findings).toBeNull();
});

test("a JSON document says what it is and what it is not for", () => {
  const document = JSON.parse(jsonOf([], SOURCE));
  expect(document.notice).toBe(NOTICE);
  expect(document.manifest_sha256).toBe(SOURCE.digest);
});

test.each(["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "%x"])(
  "a spreadsheet takes %j for no formula",
  (name) => {
    expect(cellOf(name)).toMatch(/^"?'/);
  },
);

test("numbers are left as they are, quotes are doubled", () => {
  expect(cellOf(-0.5)).toBe("-0.5");
  expect(cellOf(1e-7)).toBe("1e-7");
  expect(cellOf('a "b", c')).toBe('"a ""b"", c"');
});
