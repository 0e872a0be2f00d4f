import { expect, test } from "vitest";
import { FINDINGS, itemFor, resultFor } from "../testing.js";
import { NOTICE, type Source } from "./export_documents.js";
import { fhirOf } from "./fhir.js";
import { chosenOf, kindOf, sortedBy, stepTo } from "./many.js";
import { keyOf, pseudonymous, named } from "./pseudonyms.js";
import { wideCsvOf } from "./wide_csv.js";

const SOURCE: Source = {
  ...{ release: "chest", title: "Chest", version: "2", digest: "cd".repeat(32) },
  ...{ made: "2026-01-02T03:04:05.000Z", publisher: "Some Clinic" },
};
const low = FINDINGS.map((one) => ({
  ...one,
  output: 0.01,
  standing: { calibrated: 0.1, reached: false },
}));
const positive = itemFor("b Doe.png", { id: 1 });
const negative = itemFor("a.png", { id: 2, result: resultFor({ findings: low }) });
const refused = itemFor("c.png", {
  ...{ id: 3, status: "refused", result: resultFor({ findings: null }) },
});
const failed = itemFor("Doe.png", {
  ...{ id: 4, status: "failed", result: null },
  problem: { sha256: null, code: "input-refused", detail: "Doe.png: no image" },
});
const ALL = [positive, negative, refused, failed];
const ids = (items: readonly { id: number }[]) => items.map(({ id }) => id);

test("an image is positive where a finding reaches its operating point", () => {
  expect(ALL.map(kindOf)).toEqual(["positive", "negative", "refused", "failed"]);
});

test("a table is sorted by a finding, images without it last either way, and by name", () => {
  expect(ids(sortedBy(ALL, { key: 0, descending: true }))).toEqual([1, 2, 3, 4]);
  expect(ids(sortedBy(ALL, { key: 0, descending: false }))).toEqual([2, 1, 3, 4]);
  expect(ids(sortedBy(ALL, { key: "name", descending: false }))).toEqual([2, 1, 3, 4]);
});

test("a table shows a kind, and names that contain a text", () => {
  expect(ids(chosenOf(ALL, { kind: "refused", text: "" }))).toEqual([3]);
  expect(ids(chosenOf(ALL, { kind: "all", text: "doe" }))).toEqual([1, 4]);
});

test("the next and the previous image of a kind are found from the one in view", () => {
  expect(stepTo(ALL, 1, "refused", 1)?.id).toBe(3);
  expect(stepTo(ALL, 3, "positive", -1)?.id).toBe(1);
  expect(stepTo(ALL, 3, "positive", 1)).toBeNull();
  expect(stepTo(ALL, null, "positive", 1)?.id).toBe(1);
});

test("a CSV has one row an image, with the notice and three columns a finding", () => {
  const rows = wideCsvOf(ALL, SOURCE).trimEnd().split("\r\n");
  expect(rows).toHaveLength(1 + ALL.length);
  expect(rows[0]).toContain("Mass output,Mass calibrated,Mass standing");
  for (const row of rows.slice(1)) {
    expect(row).toMatch(/^NOT FOR MEDICAL USE,chest,2,(cd){32},/);
    expect(row.split(",")).toHaveLength(rows[0]?.split(",").length ?? 0);
  }
  expect(rows[1]).toContain("0.25,0.7,above");
  expect(rows[1]).toContain("Some Clinic");
});

test("FHIR has a report an image, marked as no patient's, and refers only to what is in it", () => {
  const { entry } = JSON.parse(fhirOf(ALL, SOURCE));
  const urls = new Set(entry.map(({ fullUrl }: { fullUrl: string }) => fullUrl));
  const of = (type: string) =>
    entry.map(({ resource }: any) => resource).filter((one: any) => one.resourceType === type);
  expect(of("DiagnosticReport").map(({ status }: any) => status)).toEqual([
    ...["preliminary", "preliminary", "cancelled", "cancelled"],
  ]);
  expect(of("Observation")).toHaveLength(2 * FINDINGS.length);
  for (const one of of("Observation")) {
    expect(one.status).toBe("preliminary");
    expect(one.code.text).toBeTruthy();
    expect(one.note.map(({ text }: any) => text)).toContain(NOTICE);
    expect(one.note[1].text).toContain(SOURCE.digest);
    expect(urls).toContain(one.device.reference);
    expect(one).not.toHaveProperty("subject");
  }
  for (const one of of("DiagnosticReport")) {
    expect(one.conclusion).toContain(NOTICE);
    expect(one.conclusion).toContain("Some Clinic");
    expect(one.meta.security[0].code).toBe("HTEST");
    for (const { reference } of one.result ?? []) expect(urls).toContain(reference);
  }
  const [hernia] = of("Observation").filter(({ code }: any) => code.text === "Hernia");
  expect(hernia.method.text).toMatch(/not calibrated/);
  expect(hernia).not.toHaveProperty("interpretation");
});

test("under pseudonyms no export has a file's name; the key alone says which is which", () => {
  pseudonymous.value = true;
  const renamed = named(ALL);
  pseudonymous.value = false;
  for (const made of [wideCsvOf(renamed, SOURCE), fhirOf(renamed, SOURCE)]) {
    expect(made).not.toMatch(/Doe|[abc]\.png/);
    expect(made).toContain(renamed[0]?.name);
  }
  const key = keyOf(ALL, SOURCE);
  renamed.forEach(({ name }, i) => expect(key).toContain(`${name},${ALL[i]?.file.name}`));
  expect(key).toContain("NOT FOR MEDICAL USE,chest,2,");
  expect(new Set(renamed.map(({ name }) => name)).size).toBe(ALL.length);
});
