import type { Catalogue } from "../en.js";

export const images: Catalogue["images"] = {
  heading: "Bilder",
  add: {
    heading: "Thoraxaufnahmen hinzufügen",
    hint: "Ziehen Sie Bilder oder einen Ordner hierher, fügen Sie ein Bild ein oder wählen Sie Dateien. PNG, JPEG oder DICOM, frontale Aufnahme.",
    choose: "Bilder wählen",
    photograph: "Foto aufnehmen",
    folder: "Ordner wählen",
    more: "Bilder hinzufügen",
    example: (title) => `Beispiel: ${title}`,
    exampleFailed: "Das Beispiel konnte nicht geladen werden.",
    examples: "Oder probieren Sie ein Beispiel",
    private: "Bilder bleiben auf diesem Gerät.",
    drop: "Zum Hinzufügen loslassen",
    nothing: "Darin wurde kein Bild gefunden.",
  },

  status: {
    waiting: "wartet",
    working: "wird berechnet",
    done: "fertig",
    refused: "keine Vorhersagen",
    failed: "fehlgeschlagen",
  },
  queue: {
    progress: (done, total) => `${done} von ${total} untersucht`,
    pause: "Anhalten",
    resume: "Fortsetzen",
    paused: "Angehalten",
    clear: "Alle entfernen",
    clearAsk: (count) =>
      `Alle ${count} Bilder entfernen? Die noch warten, und Ergebnisse, die nicht exportiert wurden, gehen verloren.`,
    remove: (name) => `${name} entfernen`,
    retry: (name) => `Noch einmal: ${name}`,
    retryShort: "Noch einmal",
    none: "keiner über seinem Arbeitspunkt",
    top: (finding, value) => `${finding}: ${value}`,
    said: (name, status) => `${name}: ${status}`,
    added: (count) => (count === 1 ? "1 Bild hinzugefügt." : `${count} Bilder hinzugefügt.`),
    removed: (name) => `${name} wurde entfernt.`,
  },

  viewer: {
    label: (name) => `Bildbetrachter: ${name}`,
    keys: "Plus und Minus zoomen, Pfeiltasten verschieben, 0 passt das Bild ein, I invertiert die Ansicht, eckige Klammern machen sie dunkler oder heller, Komma und Punkt setzen den Kontrast, R setzt die Ansicht zurück, O blendet die Überlagerung ein oder aus.",
    loading: "Das Bild wird gelesen",
    none: "Wählen Sie ein Bild aus, um es hier zu sehen.",
    tools: "Werkzeuge des Bildbetrachters",
    zoomIn: "Vergrößern",
    zoomOut: "Verkleinern",
    fit: "Einpassen",
    invert: "Invertieren",
    reset: "Ansicht zurücksetzen",
    dragWindows: "Durch Ziehen Helligkeit und Kontrast einstellen",
    level: "Helligkeit (Fensterlage)",
    width: "Kontrast (Fensterbreite)",
    windowing: "Helligkeit und Kontrast",
    size: (width, height, levels) => `${width} × ${height} Pixel, ${levels} Graustufen`,
    failed: "Das Bild kann nicht angezeigt werden.",
    notes: {
      "lut-descriptor":
        "Eine Umrechnungstabelle (LUT) dieser Datei passt nicht zu ihrer Beschreibung. Verwendet wurden die tatsächlichen Einträge; vergleichen Sie Helligkeit und Kontrast mit einem anderen Betrachter.",
      "presentation-lut-shape":
        "Diese Datei widerspricht sich darin, was schwarz und was weiß ist. Maßgeblich war ihre Presentation LUT Shape; prüfen Sie, ob Knochen hell sind.",
      "pixel-aspect-ratio":
        "Die Pixel dieser Datei sind nicht quadratisch. Die Eingabe der Modelle wurde entsprechend skaliert; hier ist jedes Pixel quadratisch gezeichnet.",
      "pixel-density":
        "Diese Datei nennt waagerecht eine andere Auflösung als senkrecht. Ihre Pixel wurden wie in Browsern als quadratisch genommen; prüfen Sie, ob Rundes rund ist.",
    },
  },

  overlay: {
    heading: "Überlagerung",
    error: "Rekonstruktionsfehler",
    errorHint:
      "Rot: wo der Autoencoder das Bild nicht nachbilden konnte; volles Rot ab einem Viertel des Bereichs.",
    opacity: "Deckkraft",
    map: "Karte",
    saliency: "Salienz",
    cam: "Aktivierung (CAM)",
    saliencyHint:
      "Salienz: Pixel, deren Aufhellung diesen Befund verstärkt. Sie zeigt, worauf das Modell achtet, nicht, wo eine Krankheit ist.",
    camHint:
      "Aktivierungskarte: grobe Bereiche, die für diesen Befund sprechen. Sie zeigt, worauf das Modell achtet, nicht, wo eine Krankheit ist.",
    smooth: "Geglättet",
    low: "niedrig",
    high: "hoch",
    legend: "Farben im Verhältnis zur stärksten Stelle dieser Karte",
    empty: "Nichts in diesem Bild spricht für diesen Befund: Die Karte ist leer.",
    computing: (finding) => `Begründung wird berechnet: ${finding}`,
    cancel: "Abbrechen",
    hide: "Ausblenden",
    seen: "Der gestrichelte Rahmen zeigt, was das Modell sieht.",
    failed: (finding) => `Keine Begründung für ${finding}.`,
    shown: (finding, map) => `${map} für ${finding} liegt über dem Bild.`,
    of: (finding) => `Warum: ${finding}`,
  },

  export: {
    heading: "Exportieren",
    csv: "Als CSV speichern",
    json: "Als JSON speichern",
    print: "Dieses Bild drucken",
    count: (count) => (count === 1 ? "1 Ergebnis" : `${count} Ergebnisse`),
    unexported: (count) =>
      count === 1
        ? "1 Ergebnis ist noch nicht exportiert; es geht verloren, wenn Sie die Seite schließen."
        : `${count} Ergebnisse sind noch nicht exportiert; sie gehen verloren, wenn Sie die Seite schließen.`,
    saved: (name) => `${name} wurde gespeichert.`,
  },

  print: {
    heading: "Zusammenfassung eines Bildes",
    file: "Datei",
    digest: "SHA-256 der Datei",
    examined: "Untersucht",
    computed: "Berechnet mit",
    release: "Version",
    manifest: "SHA-256 des Manifests",
    selfTest: "Selbsttest",
    tools: "Geprüft mit",
    note: "Hinweis zur Datei",
    picture: "Das Bild",
    overlay: "Mit Überlagerung",
  },
};
