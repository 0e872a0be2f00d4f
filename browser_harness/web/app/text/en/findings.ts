/** What the models say, and how it is to be read. */
export const findings = {
  heading: "Findings",
  empty: "Results appear here.",
  waiting: "This image is waiting for its turn.",
  working: "Computing…",
  computed: (seconds: string, backend: string) => `Computed in ${seconds} s on ${backend}.`,
  otherBackend: (then: string, now: string) =>
    `These numbers came from ${then}; the page now computes on ${now}.`,

  labels: {
    Atelectasis: "Atelectasis",
    Consolidation: "Consolidation",
    Infiltration: "Infiltration",
    Pneumothorax: "Pneumothorax",
    Edema: "Edema",
    Emphysema: "Emphysema",
    Fibrosis: "Fibrosis",
    Effusion: "Effusion",
    Pneumonia: "Pneumonia",
    "Pleural Thickening": "Pleural thickening",
    Cardiomegaly: "Cardiomegaly",
    Nodule: "Nodule",
    Mass: "Mass",
    Hernia: "Hernia",
  } as Readonly<Record<string, string>>,

  sort: "Order",
  byValue: "by value",
  fixed: "fixed",
  finding: "Finding",
  calibrated: "Calibrated",
  output: "Output",
  explain: "Explain",
  explainOne: (finding: string) => `Explain ${finding}`,
  calibratedCaption: (dataset: string, uncertainTo: string) =>
    `From 0 to 1. The line at 0.5 is each finding's operating point, found on ${dataset}; ` +
    `from there to ${uncertainTo}, hatched, a finding is uncertain. This is no diagnosis.`,
  uncalibratedHeading: "Without an operating point",
  uncalibratedBeside:
    "For these findings no operating point is known. The model's output, from 0 to 1, is on another scale, and is no diagnosis.",
  uncalibratedAlone:
    "This release has no operating points. The model's output for each finding, from 0 to 1, is not calibrated, and is no diagnosis.",

  standing: {
    below: "below the operating point",
    uncertain: "above the operating point, uncertain",
    uncertainAt: "at the operating point, uncertain",
    above: "above the operating point",
    none: (reason: string) => `no operating point: ${reason}`,
  },
  noPoint: {
    "no positive image": "no positive image",
    "no negative image": "no negative image",
    "no threshold is better than chance": "no threshold is better than chance",
    "the best threshold is 0 or 1": "the best threshold is 0 or 1",
  } as Readonly<Record<string, string>>,

  raw: "All numbers",
  rawOutput: "Model output",
  rawCalibrated: "Calibrated",
  rawPoint: "Operating point",

  check: {
    heading: "Does the image fit the models?",
    accepted: "Near enough to the training images.",
    refused: "Not near enough to the training images: no predictions.",
    /** By the reason of the condition that did not hold; `unlike` has its own words above. */
    refusedAs: {
      "too-small": "Too small: no predictions.",
      "too-dark": "Too dark: no predictions.",
      "too-bright": "Too bright: no predictions.",
      "no-contrast": "Almost no contrast: no predictions.",
      lateral: "Looks like a lateral view: no predictions.",
      "turned-clockwise": "Looks turned by 90° clockwise: turn it?",
      "turned-180": "Looks turned by 180°: turn it?",
      "turned-counter-clockwise": "Looks turned by 90° counter-clockwise: turn it?",
      "upside-down": "Looks mirrored top to bottom: flip it?",
      inverted: "Looks inverted: MONOCHROME1?",
      "not-frontal": "Not a frontal chest X-ray: no predictions.",
      unlike: "Not near enough to the training images: no predictions.",
    },
    notRun: "The classifier was not run on this image.",
    /** What to do about it, by the same reasons. */
    advice: {
      "too-small": "Export it with more pixels; a thumbnail or screenshot is not enough.",
      "too-dark": "Export it with the brightness at which it is read.",
      "too-bright": "Export it with the brightness at which it is read.",
      "no-contrast": "Export it with the contrast at which it is read.",
      lateral: "The classifier knows frontal images alone, from the front or from the back.",
      "turned-clockwise": "Turn it back by 90°, counter-clockwise, and open it again.",
      "turned-180": "Turn it by 180° and open it again.",
      "turned-counter-clockwise": "Turn it back by 90°, clockwise, and open it again.",
      "upside-down": "Mirror it back and open it again; left and right must stay where they are.",
      inverted:
        "Bones ought to be white. If the file says MONOCHROME1 or MONOCHROME2 wrongly, export it again, or invert it.",
      "not-frontal":
        "It may show another part of the body, be no X-ray, or be cut off. The check can be wrong.",
      unlike: "Is it a frontal chest X-ray, upright, not cut off, and not inverted?",
    },
    none: "Not checked against the training images.",
    noneReason:
      "This release has no gate for images unlike those the models were trained on. For such an image the numbers mean nothing.",
    refusedReason:
      "The classifier was not run on this image. Is it a frontal chest X-ray, upright, not cut off, and not inverted?",
    bySite: (site: string) =>
      `Threshold set by ${site}; how many good images it refuses is not known here.`,
    ruleRate: (refused: number, images: number, dataset: string) =>
      `All conditions together refuse ${refused} of ${images} images of ${dataset}.`,
    rate: (refused: number, images: number, dataset: string) =>
      `This threshold refuses ${refused} of ${images} images of ${dataset}.`,
    scores: {
      ssim: "Similarity to its reconstruction (SSIM)",
      l1: "Mean difference from its reconstruction (L1)",
      l2: "Root mean square difference from its reconstruction (L2)",
      latent: "Squared distance of its latent vector from the middle",
      view: "Probability of the view",
      shorter_side: "Shorter side in pixels",
      mean_level: "Mean brightness, 0 black to 1 white",
      contrast: "Contrast, standard deviation of the brightness",
    },
    ofView: (view: string) => `Probability that the view is: ${view}`,
    views: {
      frontal: "frontal, upright",
      lateral: "lateral",
      "turned 90° clockwise": "turned by 90° clockwise",
      "turned 180°": "turned by 180°",
      "turned 90° counter-clockwise": "turned by 90° counter-clockwise",
      "upside down (mirrored)": "mirrored top to bottom",
      inverted: "inverted",
      other: "something else",
    } as Readonly<Record<string, string>>,
    all: "All conditions",
    holds: "holds",
    fails: "does not hold",
    unneeded: "not computed: refused before",
    atLeast: (limit: string) => `at least ${limit} needed`,
    atMost: (limit: string) => `at most ${limit} allowed`,
    image: "The image",
    reconstruction: "Its reconstruction",
    error: "Error in red",
    errorLabel: (percent: string) =>
      `Error of the reconstruction, in red over the image: at most ${percent} of the range from black to white`,
    show: "Show the error over the image",
    details: "Image, reconstruction, error",
  },

  failed: "This file gave no result.",
};
