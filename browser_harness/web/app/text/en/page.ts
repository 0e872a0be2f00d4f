/** Consent, loading, refusals, banners: everything around the images. */
export const page = {
  title: "Chest X-ray assistant",
  release: (release: string) => `Release ${release}`,
  /** Beside the English notice, which every language shows. */
  notice: "",
  /** What a verdict is that is less than PASSED. */
  less: {
    WEAK_PASSED: "WEAK_PASSED: verified against too little",
    PASSED_WITH_WAIVERS: "PASSED WITH WAIVERS: it failed checks that are waived",
  },
  strip: "A research demonstration. Its numbers are no diagnosis.",
  skip: "Skip to the content",
  language: "Language",
  about: "About",
  close: "Close",
  install: "Install",
  weights: (text: string) => `Weights: ${text}. The numbers mean nothing clinically.`,

  consent: {
    heading: "Before the first image",
    lead: "This page lets neural networks look at chest X-ray images in your browser, for research and teaching.",
    medicalHeading: "Not for medical use",
    medical:
      "It is not a medical device, and it can be wrong about any image. Do not use it to diagnose, to treat, or to reassure anyone.",
    privacyHeading: "Images stay on this device",
    privacy:
      "Files are read and computed in this browser. Nothing is uploaded; the page is technically barred from contacting any other address. Images and results are kept in memory only and are gone when you close the page.",
    whatHeading: "What it does",
    what: "It checks first whether an image resembles those the models were trained on, then estimates findings on frontal chest X-rays, and shows on request which parts of the image a finding depends on.",
    nextHeading: "What happens next",
    next: (size: string) =>
      `${size} of models are loaded, once. Every file is checked against the verified release, and the models are tested on this device before they see an image.`,
    models: (titles: string) => `Models of this release: ${titles}.`,
    agree: "I understand: load the models",
    remembered: "Your agreement is remembered on this device for this release.",
    forgotten:
      "This browser lets the page keep nothing: it asks again each time, and the models are loaded again at every visit.",
  },

  loading: {
    heading: "Getting ready",
    stages: {
      manifest: "Read the release",
      download: "Load and verify the models",
      start: "Start the computation",
      "warm-up": "Prepare for this device",
      "self-test": "Test on this device",
    },
    /** What is said while a stage has nothing to count. */
    bytes: (done: string, total: string) => `${done} of ${total}`,
    cached: (size: string) => `${size} of it from this device's cache`,
    awaited: {
      slow: "Nothing arrives at the moment. It is asked for again, from where it stopped.",
      offline: "There is no connection. Loading goes on from here as soon as there is one.",
    },
    counted: (done: number, total: number) => `${done} of ${total}`,
    finished: "finished",
    running: "in progress",
    waiting: "to come",
    cancel: "Cancel",
    said: (stage: string) => `${stage}.`,
    ready: "Ready for images.",
  },

  /** Wherever results are; the page checks no signature. */
  claimed: (name: string) =>
    `Claimed by ${name}; its signature is for whoever received this release to check`,

  site: {
    /** Wherever results are. */
    set: (site: string, day: string) =>
      `Thresholds set by ${site} on ${day}, not part of the verified release`,
    heading: "Thresholds of this site",
    own: "The verified release's own thresholds hold.",
    until: (day: string) => `They end after ${day}.`,
    claims: "Claims the key, not checked against a key:",
    choose: "Use the thresholds in a file (site.json):",
    remove: "Use the release's own thresholds",
    refused:
      "Thresholds of this site were refused, all of them. The verified release's own thresholds hold.",
    refusedOther: "Other thresholds were refused, all of them. Those from before hold.",
  },

  failed: {
    cancelled: "Loading was cancelled",
    cancelledText: "The models are not loaded. What was loaded so far is kept.",
    heading: "The models could not be loaded",
    text: "Check the connection and try again. Nothing was computed.",
    retry: "Try again",
    details: "What happened",
  },

  refused: {
    heading: "This device cannot run the models reliably",
    text: "Every way to compute was tried, and none gave the numbers that were verified. Nothing is shown rather than something doubtful.",
    releaseHeading: "This release cannot be used",
    releaseText: "A part of it is not what was verified, so nothing runs.",
    contradicted: "Nothing was computed.",
    unshown: {
      heading: "This page cannot show this release",
      text: "The release is what was verified, and it holds no model that this page can show: it shows classifiers of images, with an autoencoder and explanations beside them. The verified models are files in the folder models/ beside this page, for use in programs. Nothing was computed.",
    },
    revoked: {
      heading: "This release must not be used any more",
      text: "Its publisher has withdrawn it, so nothing is computed. Do not rely on results that it gave before, and ask whoever gave you this page for the release that takes its place. The publisher's reason is below.",
    },
    tried: "What was tried",
    save: "Save diagnostics",
  },

  backends: {
    webgl: "WebGL (graphics processor)",
    wasm: "WebAssembly (processor)",
    cpu: "plain JavaScript (slow)",
  },
  backendShort: { webgl: "WebGL", wasm: "WebAssembly", cpu: "JavaScript" },

  banner: {
    fallback: (chosen: string) => `Computing on ${chosen}.`,
    refusedBackend: (backend: string, why: string) => `${backend} is not used: ${why}`,
    restarted: (backend: string) =>
      `The computation had to be started anew and now runs on ${backend}. It passed its self-test again. Results from before keep the name of the backend that they came from.`,
    stopped:
      "The computation has stopped. Results from before are kept; nothing new is computed until it is started again.",
    startAgain: "Start again",
    update: "A new version is ready.",
    updateNow: "Use it now",
    updateLater: "Later",
    updateLoses: "Using it now closes the images and results of this session.",
    updateFailed: "The new version could not be loaded; this one keeps working.",
    updateProgress: (done: string, total: string) =>
      `A new version is being loaded: ${done} of ${total}`,
    compilesNothing:
      "This browser compiles nothing for this page, as in Lockdown Mode or with enhanced security, so it is slow or does not run. Allow compilation for this address, then load the page again.",
    keepsNothing:
      "This browser keeps nothing for this page. It works with what it loads from the network; at the next visit it asks, loads and tests again.",
    dismiss: "Dismiss",
  },

  /** By the codes of the host's errors: why a backend, a release or a file is refused. */
  reasons: {
    "webgl-missing": "this browser offers no WebGL 2",
    "float32-missing": "it computes with too few digits here",
    "backend-refused": "it did not start",
    "threads-refused": "it runs with other threads than were verified",
    "context-lost": "the graphics processor was taken away",
    "insecure-context": "files can only be verified on a secure (https) page",
    "file-refused": "a file is not the one that was verified",
    "signature-refused": "a model is not the one that was verified",
    "input-refused": "the file cannot be used",
    "output-refused": "a model's output says nothing, so it is not shown",
    "execution-failed": "the computation failed",
    "not-open": "no models are loaded",
    internal: "an error in this page",
    "self-test-failed": "its self-test did not pass on this device",
    unreachable:
      "the server could not be reached, a file is missing there, or the network wants to be signed in to first",
    offline: "there is no connection, and not everything is on this device yet",
    "release-changed": "the server has another release now; load the page again",
    "worker-died": "the computation broke off",
    "worker-hung": "the computation did not answer any more",
    "nothing-passes": "no way to compute passes its self-test here",
    version: "the release is of another version than this page",
    "not-passed": "the release has not passed its verification",
    revoked: "the release's publisher has withdrawn it",
    withheld: "its host holds back the newest list of withdrawn releases",
    malformed: "the release's description is damaged",
    "nothing-to-show": "the release holds no model that this page can show",
    unusable: "the release asks for what this page cannot do",
    "not-finite": "a model gave values that are not numbers, so nothing is shown",
    constant: "a model gave one and the same value everywhere, so nothing is shown",
    "out-of-range": "a model gave values outside 0 to 1, so nothing is shown",
    unreadable: "the file could not be read; choose it again",
    empty: "the file is empty",
    "not-an-image": "the file is not a PNG, JPEG or DICOM image",
    unsupported: "this kind of image is not supported",
    forbidden: "the file needs a correction that this release does not allow",
    damaged: "the file is damaged",
    "too-large": "the image is too large",
    "too-slow": "reading the file took too long",
    "no-memory": "there is not enough memory for this image",
  } as Readonly<Record<string, string>>,
};
