import type { Catalogue } from "../en.js";

export const about: Catalogue["about"] = {
  heading: "Über dieses Werkzeug",
  purpose:
    "Ein freies Forschungswerkzeug nach einem veröffentlichten Prototyp: Es zeigt medizinischen Fachleuten, was neuronale Netze bei Thoraxaufnahmen können und was nicht. Es ist kein Medizinprodukt.",

  privacyHeading: "Datenschutz und Betrieb",
  privacy:
    "Bilder, Ergebnisse und Einstellungen verlassen dieses Gerät nie. Die Sicherheitsrichtlinie der Seite erlaubt nur Verbindungen zu dem Server, von dem sie stammt, und dort ruft sie nur ihre eigenen Dateien ab. Es gibt keine Cookies, keine Konten und keine Statistik. Wer den Server betreibt, sieht wie bei jeder Seite, dass ihre Dateien abgerufen wurden.",
  offline: {
    storing: "Die Seite wird für die Nutzung ohne Verbindung gespeichert.",
    ready: "Die Seite funktioniert auch ohne Verbindung.",
    unsupported: "Dieser Browser bewahrt die Seite nicht für die Nutzung ohne Verbindung auf.",
    failed: "Die Seite konnte nicht für die Nutzung ohne Verbindung gespeichert werden.",
  },
  unstored: {
    unavailable:
      "Dieser Browser bewahrt keine Modelle auf; sie werden bei jedem Besuch neu geladen.",
    full: "Auf diesem Gerät ist nicht genug Platz, um alle Modelle aufzubewahren.",
  },
  stored:
    "Auf diesem Gerät gespeichert werden: Ihre Zustimmung, die Sprache, dass und womit der Selbsttest bestanden wurde, sowie die Dateien der Seite und der Modelle.",

  selfTest: "Selbsttest",
  selfTestHeading: "Selbsttest auf diesem Gerät",
  selfTestText: (reference: string) =>
    `Vor dem ersten Bild werden gespeicherte Eingaben hier berechnet und mit den Ergebnissen von ${reference} verglichen.`,
  passed: "bestanden",
  failed: "nicht bestanden",
  passedOn: (backend, cases) => `Mit ${backend} bestanden, ${cases} Fälle.`,
  failedOn: (backend) => `Mit ${backend} nicht bestanden.`,
  notFinished: (why) => `Er konnte nicht beendet werden: ${why}`,
  remembered: "Von einem früheren Besuch mit derselben Version, demselben Browser und Gerät.",
  made: (date, seconds) => `${date} (${seconds} s)`,
  again: "Selbsttest wiederholen",
  running: (done, total) => `Test läuft: ${done} von ${total}`,
  columns: {
    model: "Modell",
    output: "Ausgabe",
    measure: "Maß",
    cases: "Fälle",
    worst: "Schlechtester Wert",
    limit: "Grenze",
    result: "Ergebnis",
  },
  measures: {
    "max-abs": "größte Abweichung",
    "relative-l2": "relative Abweichung (L2)",
    cosine: "Richtung (Kosinus)",
    "input-bytes": "abweichende Werte der vorbereiteten Eingabe",
    "not-finite": "Fälle mit Werten, die keine Zahlen sind",
    constant: "Fälle mit überall demselben Wert",
  },
  atLeast: (limit) => `mindestens ${limit}`,
  atMost: (limit) => `höchstens ${limit}`,

  modelsHeading: "Modelle",
  card: (model) => `Modellkarte: ${model}`,
  noCard: "keine Modellkarte",
  kinds: {
    classifier: "Klassifikator",
    autoencoder: "Autoencoder",
    view: "Prüfung der Ansicht",
    explanation: "Begründung",
    other: "Modell",
  },
  labelsCount: (count) => `${count} Befunde`,

  releaseHeading: "Version und Nachweise",
  releaseText: (reference: string) =>
    `Die Modelle wurden umgewandelt und vor der Freigabe in echten Browsern mit ${reference} verglichen.`,
  claim: {
    nobody: "Niemand beansprucht diese Version: Sie nennt weder Herausgeber noch Schlüssel.",
    who: (name: string) => `${name} beansprucht diese Version. Fingerabdruck des Schlüssels:`,
    judged: (date: string, verdict: string) => `Geprüft am ${date}, Urteil ${verdict}.`,
    key: "Öffentlicher Schlüssel",
    trust:
      "Wer diese Seite ersetzen kann, kann sie alles sagen lassen, auch das. Wem zu trauen ist, entscheidet sich außerhalb: Vergleichen Sie den Fingerabdruck mit dem, den der Herausgeber anderswo bekannt gemacht hat, und lassen Sie „xport verify ADRESSE --key DATEI“ die Version prüfen.",
  },
  notes: "Neben dem Urteil über diese Version, in den Worten ihres Berichts:",
  report: "Bericht über den Vergleich",
  evidence: "Nachweise (JSON)",
  digest: "SHA-256 des Manifests",
  versions: "Softwarestand",
  licences: "Lizenzen",

  deviceHeading: "Dieses Gerät",
  computeOn: "Rechnen mit",
  fastest: "dem Schnellsten",
  computeOnHint:
    "Zur Wahl steht, womit die Version geprüft wurde, und nur, wenn der Selbsttest hier besteht. Bei einem Wechsel werden die Modelle neu geladen und geprüft; Ergebnisse bleiben.",
  runsOn: "Berechnet mit",
  renderer: "Grafik",
  precision: "Genauigkeit",
  bits: (bits) => `Mantisse mit ${bits} Bit`,
  threads: "Anzahl der Threads",
  memory: "Speicher der Modelle",
  tried: "Zuvor versucht",
  diagnostics: "Diagnosedatei speichern",
  diagnosticsText:
    "Eine Datei über diesen Browser, die versuchten Rechenwege und den Selbsttest – ohne Bilder und Ergebnisse.",
};
