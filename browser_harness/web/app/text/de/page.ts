import type { Catalogue } from "../en.js";

export const page: Catalogue["page"] = {
  title: "Röntgen-Thorax-Assistent",
  release: (release) => `Version ${release}`,
  notice: "Nicht für medizinische Zwecke",
  strip: "Eine Forschungsdemonstration. Ihre Zahlen sind keine Diagnose.",
  skip: "Zum Inhalt springen",
  language: "Sprache",
  about: "Über das Werkzeug",
  close: "Schließen",
  install: "Installieren",
  weights: (text) => `Gewichte: ${text}. Die Zahlen haben keine klinische Bedeutung.`,

  consent: {
    heading: "Vor dem ersten Bild",
    lead: "Diese Seite lässt neuronale Netze in Ihrem Browser Röntgenaufnahmen des Thorax beurteilen – für Forschung und Lehre.",
    medicalHeading: "Nicht für medizinische Zwecke",
    medical:
      "Sie ist kein Medizinprodukt und kann bei jedem Bild irren. Nutzen Sie sie nicht, um zu diagnostizieren, zu behandeln oder Entwarnung zu geben.",
    privacyHeading: "Bilder bleiben auf diesem Gerät",
    privacy:
      "Dateien werden in diesem Browser gelesen und berechnet. Nichts wird hochgeladen; der Seite ist es technisch verwehrt, andere Adressen aufzurufen. Bilder und Ergebnisse liegen nur im Arbeitsspeicher und sind weg, sobald Sie die Seite schließen.",
    whatHeading: "Was sie tut",
    what: "Sie prüft zuerst, ob ein Bild denen ähnelt, mit denen die Modelle trainiert wurden, schätzt dann Befunde auf frontalen Thoraxaufnahmen und zeigt auf Wunsch, von welchen Bildteilen ein Befund abhängt.",
    nextHeading: "Wie es weitergeht",
    next: (size) =>
      `Einmalig werden ${size} an Modellen geladen. Jede Datei wird mit der geprüften Version verglichen, und die Modelle werden auf diesem Gerät getestet, bevor sie ein Bild sehen.`,
    agree: "Ich habe verstanden: Modelle laden",
    remembered: "Ihre Zustimmung wird für diese Version auf diesem Gerät gespeichert.",
  },

  loading: {
    heading: "Wird vorbereitet",
    stages: {
      manifest: "Version lesen",
      download: "Modelle laden und prüfen",
      start: "Berechnung starten",
      "warm-up": "Für dieses Gerät vorbereiten",
      "self-test": "Auf diesem Gerät testen",
    },
    bytes: (done, total) => `${done} von ${total}`,
    cached: (size) => `davon ${size} aus dem Zwischenspeicher dieses Geräts`,
    counted: (done, total) => `${done} von ${total}`,
    finished: "fertig",
    running: "läuft",
    waiting: "steht noch aus",
    cancel: "Abbrechen",
    said: (stage) => `${stage} …`,
    ready: "Bereit für Bilder.",
  },

  failed: {
    cancelled: "Das Laden wurde abgebrochen",
    cancelledText: "Die Modelle sind nicht geladen. Was schon geladen war, bleibt gespeichert.",
    heading: "Die Modelle konnten nicht geladen werden",
    text: "Prüfen Sie die Verbindung und versuchen Sie es noch einmal. Es wurde nichts berechnet.",
    retry: "Noch einmal versuchen",
    details: "Was geschehen ist",
  },

  refused: {
    heading: "Auf diesem Gerät laufen die Modelle nicht zuverlässig",
    text: "Alle Rechenwege wurden versucht, und keiner lieferte die geprüften Zahlen. Lieber wird nichts gezeigt als etwas Zweifelhaftes.",
    releaseHeading: "Diese Version ist nicht verwendbar",
    releaseText: "Ein Teil davon ist nicht das, was geprüft wurde; deshalb wird nichts berechnet.",
    tried: "Was versucht wurde",
    save: "Diagnosedatei speichern",
  },

  backends: {
    webgl: "WebGL (Grafikprozessor)",
    wasm: "WebAssembly (Prozessor)",
    cpu: "reines JavaScript (langsam)",
  },
  backendShort: { webgl: "WebGL", wasm: "WebAssembly", cpu: "JavaScript" },

  banner: {
    fallback: (chosen) => `Gerechnet wird mit ${chosen}.`,
    refusedBackend: (backend, why) => `${backend} wird nicht verwendet: ${why}`,
    restarted: (backend) =>
      `Die Berechnung musste neu gestartet werden und läuft jetzt mit ${backend}. Ihr Selbsttest wurde erneut bestanden. Frühere Ergebnisse behalten die Angabe, womit sie berechnet wurden.`,
    stopped:
      "Die Berechnung ist stehen geblieben, und kein Rechenweg besteht mehr seinen Selbsttest. Frühere Ergebnisse bleiben erhalten; Neues wird nicht berechnet.",
    startAgain: "Neu starten",
    update: "Eine neue Version steht bereit.",
    updateNow: "Jetzt verwenden",
    updateLater: "Später",
    updateLoses: "Damit schließen sich die Bilder und Ergebnisse dieser Sitzung.",
    updateFailed: "Die neue Version konnte nicht geladen werden; diese läuft weiter.",
    offline: "Auch ohne Verbindung verwendbar.",
    dismiss: "Ausblenden",
    details: "Einzelheiten",
  },

  reasons: {
    "webgl-missing": "dieser Browser bietet kein WebGL 2",
    "float32-missing": "hier wird mit zu wenigen Stellen gerechnet",
    "backend-refused": "der Start ist gescheitert",
    "threads-refused": "es laufen andere Threads als geprüft",
    "context-lost": "der Grafikprozessor wurde entzogen",
    "insecure-context": "Dateien lassen sich nur auf einer sicheren Seite (https) prüfen",
    "file-refused": "eine Datei ist nicht die geprüfte",
    "signature-refused": "ein Modell ist nicht das geprüfte",
    "input-refused": "die Datei ist nicht verwendbar",
    "output-refused": "die Ausgabe eines Modells ist nichtssagend und wird nicht gezeigt",
    "execution-failed": "die Berechnung ist gescheitert",
    "not-open": "es sind keine Modelle geladen",
    internal: "ein Fehler in dieser Seite",
    "self-test-failed": "der Selbsttest wurde auf diesem Gerät nicht bestanden",
  },
};
