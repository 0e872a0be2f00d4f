import type { Catalogue } from "../en.js";

export const page: Catalogue["page"] = {
  title: "Röntgen-Thorax-Assistent",
  release: (release) => `Version ${release}`,
  notice: "Nicht für medizinische Zwecke",
  less: {
    WEAK_PASSED: "WEAK_PASSED: an zu wenig geprüft",
    PASSED_WITH_WAIVERS: "PASSED WITH WAIVERS: nicht alles bestanden, mit Ausnahmen zugelassen",
  },
  strip: "Eine Forschungsdemonstration. Ihre Zahlen sind keine Diagnose.",
  skip: "Zum Inhalt springen",
  language: "Sprache",
  about: "Info",
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
    models: (titles) => `Modelle dieser Version: ${titles}.`,
    agree: "Ich habe verstanden: Modelle laden",
    remembered: "Ihre Zustimmung wird für diese Version auf diesem Gerät gespeichert.",
    forgotten:
      "Dieser Browser lässt die Seite nichts speichern: Sie fragt jedes Mal wieder, und die Modelle werden bei jedem Besuch neu geladen.",
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
    awaited: {
      slow: "Im Moment kommt nichts an. Die Datei wird neu angefordert, von da an, wo sie stehen blieb.",
      offline: "Keine Verbindung. Sobald es wieder eine gibt, geht das Laden von hier aus weiter.",
    },
    counted: (done, total) => `${done} von ${total}`,
    finished: "fertig",
    running: "läuft",
    waiting: "steht noch aus",
    cancel: "Abbrechen",
    said: (stage) => `${stage} …`,
    ready: "Bereit für Bilder.",
  },

  claimed: (name) =>
    `Beansprucht von ${name}; die Signatur zu prüfen ist Sache dessen, der diese Version erhalten hat`,

  site: {
    set: (site, day) => `Schwellen gesetzt von ${site} am ${day}, nicht Teil der geprüften Version`,
    heading: "Schwellen dieses Standorts",
    own: "Es gelten die eigenen Schwellen der geprüften Version.",
    until: (day) => `Sie enden nach dem ${day}.`,
    claims: "Gibt diesen Schlüssel an, der mit keinem verglichen wurde:",
    choose: "Schwellen aus einer Datei verwenden (site.json):",
    remove: "Die eigenen Schwellen der Version verwenden",
    refused:
      "Schwellen dieses Standorts wurden abgelehnt, alle zusammen. Es gelten die eigenen Schwellen der geprüften Version.",
    refusedOther: "Andere Schwellen wurden abgelehnt, alle zusammen. Die bisherigen gelten weiter.",
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
    contradicted: "Es wurde nichts berechnet.",
    unshown: {
      heading: "Diese Seite kann diese Version nicht zeigen",
      text: "Die Version ist das, was geprüft wurde, und enthält kein Modell, das diese Seite zeigen kann: Sie zeigt Klassifikatoren von Bildern, dazu einen Autoencoder und Erklärungen. Die geprüften Modelle liegen als Dateien im Ordner models/ neben dieser Seite und sind für Programme bestimmt. Es wurde nichts berechnet.",
    },
    revoked: {
      heading: "Diese Version darf nicht mehr verwendet werden",
      text: "Der Herausgeber hat sie zurückgezogen; deshalb wird nichts berechnet. Verlassen Sie sich nicht auf Ergebnisse, die sie früher geliefert hat, und fragen Sie bei der Stelle, von der Sie diese Seite haben, nach der Version, die sie ersetzt. Den Grund des Herausgebers lesen Sie unten.",
    },
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
      "Die Berechnung ist stehen geblieben. Frühere Ergebnisse bleiben erhalten; Neues wird erst nach einem Neustart berechnet.",
    startAgain: "Neu starten",
    update: "Eine neue Version steht bereit.",
    updateNow: "Jetzt verwenden",
    updateLater: "Später",
    updateLoses: "Damit schließen sich die Bilder und Ergebnisse dieser Sitzung.",
    updateFailed: "Die neue Version konnte nicht geladen werden; diese läuft weiter.",
    updateProgress: (done, total) => `Eine neue Version wird geladen: ${done} von ${total}`,
    compilesNothing:
      "Dieser Browser übersetzt für diese Seite nichts in Maschinencode, wie im Blockierungsmodus oder bei erhöhter Sicherheit. Darum ist sie langsam oder läuft nicht. Lassen Sie es für diese Adresse zu und laden Sie die Seite neu.",
    keepsNothing:
      "Dieser Browser speichert für diese Seite nichts. Sie arbeitet mit dem, was sie aus dem Netz lädt; beim nächsten Besuch fragt, lädt und prüft sie von Neuem.",
    dismiss: "Ausblenden",
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
    unreachable:
      "der Server ist nicht erreichbar, dort fehlt eine Datei, oder das Netz verlangt erst eine Anmeldung",
    offline: "es besteht keine Verbindung, und noch ist nicht alles auf diesem Gerät",
    "release-changed": "der Server bietet jetzt eine andere Version; laden Sie die Seite neu",
    "worker-died": "die Berechnung ist abgebrochen",
    "worker-hung": "die Berechnung antwortet nicht mehr",
    "nothing-passes": "kein Rechenweg besteht hier seinen Selbsttest",
    version: "die freigegebene Version passt nicht zu dieser Seite",
    "not-passed": "die Version hat ihre Prüfung nicht bestanden",
    revoked: "der Herausgeber hat die Version zurückgezogen",
    withheld: "der Server hält die neueste Liste zurückgezogener Versionen zurück",
    malformed: "die Beschreibung der Version ist beschädigt",
    "nothing-to-show": "die Version enthält kein Modell, das diese Seite zeigen kann",
    unusable: "die Version verlangt etwas, das diese Seite nicht kann",
    "not-finite": "ein Modell lieferte Werte, die keine Zahlen sind; deshalb wird nichts gezeigt",
    constant: "ein Modell lieferte überall denselben Wert; deshalb wird nichts gezeigt",
    "out-of-range": "ein Modell lieferte Werte außerhalb von 0 bis 1; deshalb wird nichts gezeigt",
    unreadable: "die Datei ließ sich nicht lesen; wählen Sie sie noch einmal",
    empty: "die Datei ist leer",
    "not-an-image": "die Datei ist kein PNG-, JPEG- oder DICOM-Bild",
    unsupported: "diese Art von Bild wird nicht unterstützt",
    forbidden: "die Datei braucht eine Korrektur, die diese Version nicht erlaubt",
    damaged: "die Datei ist beschädigt",
    "too-large": "das Bild ist zu groß",
    "too-slow": "das Lesen der Datei dauerte zu lange",
    "no-memory": "für dieses Bild reicht der Speicher nicht",
  },
};
