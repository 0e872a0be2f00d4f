import { expect, test } from "vitest";
import { imagesOf, mayBeImage } from "./incoming.js";

test.each(["a.png", "A.JPG", "x.dcm", "IM000001", "1.2.840.113619", "scan.IMA"])(
  "%s of a folder may be an image",
  (name) => expect(mayBeImage(name)).toBe(true),
);

test.each([".DS_Store", "DICOMDIR", "notes.txt", "report.pdf", "autorun.inf"])(
  "%s of a folder is left out",
  (name) => expect(mayBeImage(name)).toBe(false),
);

test("a folder's images keep their order", () => {
  const files = ["b.png", "notes.txt", "a.dcm"].map((name) => new File([], name));
  expect(imagesOf(files).map(({ name }) => name)).toEqual(["b.png", "a.dcm"]);
});
