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
    refusedAs: {
      "too-small": "Zu klein: keine Vorhersagen.",
      "too-dark": "Zu dunkel: keine Vorhersagen.",
      "too-bright": "Zu hell: keine Vorhersagen.",
      "no-contrast": "Fast kein Kontrast: keine Vorhersagen.",
      lateral: "Sieht nach einer seitlichen Aufnahme aus: keine Vorhersagen.",
      "turned-clockwise": "Wirkt um 90° im Uhrzeigersinn gedreht: zurückdrehen?",
      "turned-180": "Wirkt um 180° gedreht: drehen?",
      "turned-counter-clockwise": "Wirkt um 90° gegen den Uhrzeigersinn gedreht: zurückdrehen?",
      "upside-down": "Wirkt von oben nach unten gespiegelt: zurückspiegeln?",
      inverted: "Wirkt invertiert: MONOCHROME1?",
      "not-frontal": "Keine frontale Thoraxaufnahme: keine Vorhersagen.",
      unlike: "Den Trainingsbildern nicht ähnlich genug: keine Vorhersagen.",
    },
    notRun: "Der Klassifikator wurde auf dieses Bild nicht angewendet.",
    advice: {
      "too-small":
        "Exportieren Sie es mit mehr Pixeln; ein Vorschaubild oder Bildschirmfoto reicht nicht.",
      "too-dark": "Exportieren Sie es mit der Helligkeit, in der es befundet wird.",
      "too-bright": "Exportieren Sie es mit der Helligkeit, in der es befundet wird.",
      "no-contrast": "Exportieren Sie es mit dem Kontrast, in dem es befundet wird.",
      lateral: "Der Klassifikator kennt nur frontale Aufnahmen, von vorn oder von hinten.",
      "turned-clockwise":
        "Drehen Sie es um 90° gegen den Uhrzeigersinn zurück und öffnen Sie es erneut.",
      "turned-180": "Drehen Sie es um 180° und öffnen Sie es erneut.",
      "turned-counter-clockwise":
        "Drehen Sie es um 90° im Uhrzeigersinn zurück und öffnen Sie es erneut.",
      "upside-down":
        "Spiegeln Sie es zurück und öffnen Sie es erneut; links und rechts müssen bleiben, wo sie sind.",
      inverted:
        "Knochen sollten weiß sein. Nennt die Datei fälschlich MONOCHROME1 oder MONOCHROME2, exportieren Sie sie neu, oder invertieren Sie das Bild.",
      "not-frontal":
        "Vielleicht zeigt es einen anderen Körperteil, ist keine Röntgenaufnahme oder ist beschnitten. Die Prüfung kann sich irren.",
      unlike:
        "Ist es eine frontale Thoraxaufnahme, aufrecht, nicht beschnitten und nicht invertiert?",
    },
    none: "Nicht mit den Trainingsbildern verglichen.",
    noneReason:
      "Diese Version erkennt nicht, ob ein Bild den Trainingsbildern unähnlich ist. Bei einem solchen Bild bedeuten die Zahlen nichts.",
    refusedReason:
      "Der Klassifikator wurde auf dieses Bild nicht angewendet. Ist es eine frontale Thoraxaufnahme, aufrecht, nicht beschnitten und nicht invertiert?",
    bySite: (site) =>
      `Schwelle gesetzt von ${site}; wie viele gute Bilder sie ablehnt, ist hier nicht bekannt.`,
    ruleRate: (refused, images, dataset) =>
      `Alle Bedingungen zusammen weisen ${refused} von ${images} Bildern aus ${dataset} ab.`,
    rate: (refused, images, dataset) =>
      `Dieser Schwellenwert weist ${refused} von ${images} Bildern aus ${dataset} ab.`,
    scores: {
      ssim: "Ähnlichkeit mit der Rekonstruktion (SSIM)",
      l1: "Mittlere Abweichung von der Rekonstruktion (L1)",
      l2: "Quadratisches Mittel der Abweichung von der Rekonstruktion (L2)",
      latent: "Quadrierter Abstand des latenten Vektors von der Mitte",
      view: "Wahrscheinlichkeit der Ansicht",
      shorter_side: "Kürzere Seite in Pixeln",
      mean_level: "Mittlere Helligkeit, 0 Schwarz bis 1 Weiß",
      contrast: "Kontrast, Standardabweichung der Helligkeit",
    },
    ofView: (view) => `Wahrscheinlichkeit der Ansicht: ${view}`,
    views: {
      frontal: "frontal, aufrecht",
      lateral: "seitlich",
      "turned 90° clockwise": "um 90° im Uhrzeigersinn gedreht",
      "turned 180°": "um 180° gedreht",
      "turned 90° counter-clockwise": "um 90° gegen den Uhrzeigersinn gedreht",
      "upside down (mirrored)": "von oben nach unten gespiegelt",
      inverted: "invertiert",
      other: "etwas anderes",
    },
    all: "Alle Bedingungen",
    holds: "erfüllt",
    fails: "nicht erfüllt",
    unneeded: "nicht berechnet: vorher abgewiesen",
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
