/** The tool, its release, its tests and its terms. */
export const about = {
  heading: "About this tool",
  purpose:
    "A free research tool after a published prototype: it lets medical professionals see what neural networks can and cannot do with chest X-rays. It is not a medical device.",

  privacyHeading: "Privacy and hosting",
  privacy:
    "Images, results and settings never leave this device. The page's security policy lets it contact only the server that it came from, and it asks that server only for the page's own files. There are no cookies, no accounts and no statistics. The server's operator sees, as with any page, that its files were requested.",
  offline: {
    storing: "The page is being stored for use without a connection.",
    ready: "The page works without a connection.",
    unsupported: "This browser does not keep the page for use without a connection.",
    failed: "The page could not be stored for use without a connection.",
  },
  unstored: {
    unavailable: "This browser keeps no models; they are loaded again at every visit.",
    full: "There is not enough room on this device to keep all models.",
  },
  stored:
    "On this device are kept: your agreement, the language, that the self-test passed and where, and the page's and models' files.",

  selfTest: "Self-test",
  selfTestHeading: "Self-test on this device",
  selfTestText: (reference: string) =>
    `Before the first image, stored inputs are computed here and compared with ${reference}'s results.`,
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
    "input-bytes": "values of the prepared input that differ",
    "not-finite": "cases with values that are not numbers",
    constant: "cases with one and the same value",
  },
  atLeast: (limit: string) => `at least ${limit}`,
  atMost: (limit: string) => `at most ${limit}`,

  modelsHeading: "Models",
  card: (model: string) => `Model card: ${model}`,
  noCard: "no model card",
  kinds: {
    classifier: "classifier",
    autoencoder: "autoencoder",
    view: "view check",
    explanation: "explanation",
    other: "model",
  },
  labelsCount: (count: number) => `${count} findings`,

  releaseHeading: "Release and evidence",
  releaseText: (reference: string) =>
    `The models were converted and compared with ${reference} in real browsers before they were released.`,
  claim: {
    nobody: "Nobody claims this release: it names no publisher and no key.",
    who: (name: string) => `${name} claims this release. Fingerprint of the key:`,
    judged: (date: string, verdict: string) => `Judged ${date}, verdict ${verdict}.`,
    key: "Public key",
    trust:
      "Whoever can replace this page can make it say anything, this too. Whom to trust is decided outside: compare the fingerprint with the one that the publisher made known elsewhere, and let “xport verify ADDRESS --key FILE” check the release.",
  },
  notes: "Beside the verdict on this release, in the words of its report:",
  report: "Report of the comparison",
  evidence: "Evidence (JSON)",
  digest: "SHA-256 of the manifest",
  versions: "Versions",
  licences: "Licences",

  deviceHeading: "This device",
  computeOn: "Compute on",
  fastest: "the fastest",
  computeOnHint:
    "Among what the release was verified on, and only if the self-test passes here. A change loads and tests the models again; results stay.",
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
