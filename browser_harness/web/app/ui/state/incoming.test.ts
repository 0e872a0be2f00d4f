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

test("a folder's images come in the order of their paths", () => {
  const paths = ["two/b.png", "two/a.dcm", "one/notes.txt", "one/c.png"];
  const files = paths.map((path) => {
    const file = new File([], path.replace(/.*\//, ""));
    return Object.defineProperty(file, "webkitRelativePath", { value: path });
  });
  expect(imagesOf(files).map(({ name }) => name)).toEqual(["c.png", "a.dcm", "b.png"]);
});
