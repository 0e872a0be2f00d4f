/** The tool, its release, its tests and its terms. */
export const about = {
  heading: "About this tool",
  purpose:
    "A free research tool after a published prototype: it lets medical professionals see what neural networks can and cannot do with chest X-rays. It is not a medical device.",

  privacyHeading: "Privacy and hosting",
  privacy:
    "Images, results and settings never leave this device. The page's security policy lets it contact only the server that it came from, and it asks that server only for the page's own files. There are no cookies, no accounts and no statistics. The server's operator sees, as with any page, that its files were requested.",
  stored: "On this device are kept: your agreement, the language, and the page's and models' files.",

  selfTestHeading: "Self-test on this device",
  selfTestText:
    "Before the first image, stored inputs are computed here and compared with PyTorch's results.",
  passed: "passed",
  failed: "failed",
  passedOn: (backend: string, cases: number) => `Passed on ${backend}, ${cases} cases.`,
  failedOn: (backend: string) => `Failed on ${backend}.`,
  notFinished: (why: string) => `It could not be finished: ${why}`,
  remembered: "From an earlier visit with the same release, browser and device.",
  made: (date: string, seconds: string) => `${date}, ${seconds} s`,
  again: "Run the self-test again",
  running: (done: number, total: number) => `Testing: ${done} of ${total}`,
  columns: {
    model: "Model",
    output: "Output",
    measure: "Measure",
    cases: "Cases",
    worst: "Worst",
    limit: "Limit",
    result: "Result",
  },
  measures: {
    "max-abs": "largest difference",
    "relative-l2": "relative difference (L2)",
    cosine: "direction (cosine)",
    "input-bytes": "image to input, bit by bit",
  },
  atLeast: (limit: string) => `at least ${limit}`,
  atMost: (limit: string) => `at most ${limit}`,

  modelsHeading: "Models",
  card: (model: string) => `Model card: ${model}`,
  noCard: "no model card",
  kinds: { classifier: "classifier", autoencoder: "autoencoder", other: "explanation" },
  labelsCount: (count: number) => `${count} findings`,

  releaseHeading: "Release and evidence",
  releaseText:
    "The models were converted from PyTorch and compared with it in real browsers before they were released.",
  report: "Report of the comparison",
  evidence: "Evidence (JSON)",
  digest: "SHA-256 of the manifest",
  versions: "Versions",
  licences: "Licences",

  deviceHeading: "This device",
  runsOn: "Computed on",
  renderer: "Graphics",
  precision: "Precision",
  bits: (bits: number) => `${bits}-bit mantissa`,
  threads: "Threads",
  memory: "Memory of the models",
  tried: "Tried before",
  diagnostics: "Save diagnostics",
  diagnosticsText:
    "A file about this browser, the backends tried and the self-test, without images or results.",
};
