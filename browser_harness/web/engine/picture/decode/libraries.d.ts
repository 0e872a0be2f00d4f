// What the libraries export and their own declarations leave out.
import "dicom-parser";

declare module "dicom-parser" {
  const DataSet: new (
    parser: ByteArrayParser,
    content: Uint8Array,
    elements: Record<string, Element>,
  ) => DataSet;
}
