import type { Catalogue } from "../en.js";

export const findings: Catalogue["findings"] = {
  heading: "Befunde",
  empty: "Hier erscheinen die Ergebnisse.",
  waiting: "Dieses Bild wartet, bis es an der Reihe ist.",
  working: "Wird berechnet …",
  computed: (seconds, backend) => `In ${seconds} s mit ${backend} berechnet.`,
  otherBackend: (then, now) =>
    `Diese Zahlen wurden mit ${then} berechnet; jetzt rechnet die Seite mit ${now}.`,

  labels: {
    Atelectasis: "Atelektase",
    Consolidation: "Konsolidierung",
    Infiltration: "Infiltrat",
    Pneumothorax: "Pneumothorax",
    Edema: "Lungenödem",
    Emphysema: "Emphysem",
    Fibrosis: "Fibrose",
    Effusion: "Pleuraerguss",
    Pneumonia: "Pneumonie",
    "Pleural Thickening": "Pleuraverdickung",
    Cardiomegaly: "Kardiomegalie",
    Nodule: "Rundherd",
    Mass: "Raumforderung",
    Hernia: "Hernie",
  },

  sort: "Reihenfolge",
  byValue: "nach Wert",
  fixed: "fest",
  finding: "Befund",
  calibrated: "Kalibriert",
  output: "Ausgabe",
  explain: "Begründen",
  explainOne: (finding) => `${finding} begründen`,
  calibratedCaption: (dataset, uncertainTo) =>
    `Von 0 bis 1. Die Linie bei 0,5 ist der Arbeitspunkt des jeweiligen Befunds, bestimmt an ${dataset}; ` +
    `von dort bis ${uncertainTo}, schraffiert, ist ein Befund unsicher. Das ist keine Diagnose.`,
  uncalibratedHeading: "Ohne Arbeitspunkt",
  uncalibratedBeside:
    "Für diese Befunde ist kein Arbeitspunkt bekannt. Die Ausgabe des Modells, von 0 bis 1, folgt einer anderen Skala und ist keine Diagnose.",
  uncalibratedAlone:
    "Diese Version hat keine Arbeitspunkte. Die Ausgabe des Modells zu jedem Befund, von 0 bis 1, ist nicht kalibriert und keine Diagnose.",

  standing: {
    below: "unter dem Arbeitspunkt",
    uncertain: "über dem Arbeitspunkt, unsicher",
    uncertainAt: "am Arbeitspunkt, unsicher",
    above: "über dem Arbeitspunkt",
    none: (reason) => `kein Arbeitspunkt: ${reason}`,
  },
  noPoint: {
    "no positive image": "kein positives Bild",
    "no negative image": "kein negatives Bild",
    "no threshold is better than chance": "kein Schwellenwert ist besser als der Zufall",
    "the best threshold is 0 or 1": "der beste Schwellenwert ist 0 oder 1",
  },

  raw: "Alle Zahlen",
  rawOutput: "Modellausgabe",
  rawCalibrated: "Kalibriert",
  rawPoint: "Arbeitspunkt",

  check: {
    heading: "Passt das Bild zu den Modellen?",
    accepted: "Den Trainingsbildern ähnlich genug.",
    refused: "Den Trainingsbildern nicht ähnlich genug: keine Vorhersagen.",
    none: "Nicht mit den Trainingsbildern verglichen.",
    noneReason:
      "Diese Version erkennt nicht, ob ein Bild den Trainingsbildern unähnlich ist. Bei einem solchen Bild bedeuten die Zahlen nichts.",
    refusedReason:
      "Der Klassifikator wurde auf dieses Bild nicht angewendet. Ist es eine frontale Thoraxaufnahme, aufrecht, nicht beschnitten und nicht invertiert?",
    bySite: (site) =>
      `Schwelle gesetzt von ${site}; wie viele gute Bilder sie ablehnt, ist hier nicht bekannt.`,
    rate: (refused, images, dataset) =>
      `Dieser Schwellenwert weist ${refused} von ${images} Bildern aus ${dataset} ab.`,
    scores: {
      ssim: "Ähnlichkeit mit der Rekonstruktion (SSIM)",
      l1: "Mittlere Abweichung von der Rekonstruktion (L1)",
      l2: "Quadratisches Mittel der Abweichung von der Rekonstruktion (L2)",
      latent: "Quadrierter Abstand des latenten Vektors von der Mitte",
    },
    atLeast: (limit) => `mindestens ${limit} nötig`,
    atMost: (limit) => `höchstens ${limit} erlaubt`,
    image: "Das Bild",
    reconstruction: "Seine Rekonstruktion",
    error: "Fehler in Rot",
    errorLabel: (percent) =>
      `Fehler der Rekonstruktion, rot über dem Bild: höchstens ${percent} des Bereichs von Schwarz bis Weiß`,
    show: "Fehler über dem Bild zeigen",
    details: "Bild, Rekonstruktion, Fehler",
  },

  failed: "Diese Datei ergab kein Ergebnis.",
};
