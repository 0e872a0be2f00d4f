import { computed } from "@preact/signals";
import { language } from "./language.js";

/** Words for many images: table, steps, exports, names; English, and by its type every other language. */
const en = {
  table: {
    open: "Table",
    heading: "All images and findings",
    hint: "Values on the calibrated scale, where 0.5 is the operating point; in italics, the model's output where a finding has none. Choose a column's name to sort.",
    image: "Image",
    status: "Status",
    filter: "Show",
    search: "Name contains",
    count: (shown: number, all: number) => `${shown} of ${all} images`,
    none: "No image fits this choice.",
    reached: "reaches its operating point",
    select: (name: string) => `Show ${name}`,
    kinds: {
      all: "All",
      positive: "Positive",
      negative: "None positive",
      refused: "Refused",
      failed: "Failed",
      waiting: "Not examined yet",
    },
  },
  steps: {
    heading: "Go to an image",
    positive: "Positive",
    refused: "Refused",
    positivePrevious: "Previous positive image",
    positiveNext: "Next positive image",
    refusedPrevious: "Previous refused image",
    refusedNext: "Next refused image",
    said: (name: string) => `${name} is shown.`,
  },
  export: {
    more: "More formats, and pseudonyms",
    wide: "CSV, one row an image",
    fhir: "FHIR (JSON)",
    overlay: "Overlay as PNG",
    failed: "The export could not be made.",
    overlayFailed: "No overlay is shown.",
    pseudonyms: "Pseudonyms in place of file names",
    pseudonymsHint:
      "File names may be patients' names. Every export and print then has a random name for each image. Only the key tells which is which: save it before you close the page, and keep it apart. The digest of a file still identifies it to whoever has the file.",
    key: "Save the key",
    keyUnsaved: "The key was not saved yet; it is lost when you close the page.",
  },
  forget: {
    heading: "What is kept on this device",
    button: "Delete everything kept on this device",
    hint: "Deletes your agreement, language and choices, the self-test's record, and the page's and models' files. Images and results are never kept. The page is loaded again from its server afterwards.",
    ask: "Delete everything that this tool keeps on this device? Images and results in this page are lost, too.",
    failed: "Not everything could be deleted. Delete this site's data in the browser's settings.",
  },
};

export type ManyWords = typeof en;

const de: ManyWords = {
  table: {
    open: "Tabelle",
    heading: "Alle Bilder und Befunde",
    hint: "Werte auf der kalibrierten Skala, auf der 0,5 der Arbeitspunkt ist; kursiv die Ausgabe des Modells, wo ein Befund keinen hat. Der Name einer Spalte sortiert.",
    image: "Bild",
    status: "Stand",
    filter: "Zeigen",
    search: "Name enthält",
    count: (shown, all) => `${shown} von ${all} Bildern`,
    none: "Kein Bild passt zu dieser Auswahl.",
    reached: "erreicht seinen Arbeitspunkt",
    select: (name) => `${name} zeigen`,
    kinds: {
      all: "Alle",
      positive: "Positiv",
      negative: "Keiner positiv",
      refused: "Abgelehnt",
      failed: "Fehlgeschlagen",
      waiting: "Noch nicht untersucht",
    },
  },
  steps: {
    heading: "Zu einem Bild gehen",
    positive: "Positiv",
    refused: "Abgelehnt",
    positivePrevious: "Voriges positives Bild",
    positiveNext: "Nächstes positives Bild",
    refusedPrevious: "Voriges abgelehntes Bild",
    refusedNext: "Nächstes abgelehntes Bild",
    said: (name) => `${name} wird gezeigt.`,
  },
  export: {
    more: "Weitere Formate, und Pseudonyme",
    wide: "CSV, eine Zeile je Bild",
    fhir: "FHIR (JSON-Datei)",
    overlay: "Überlagerung als PNG",
    failed: "Der Export konnte nicht erstellt werden.",
    overlayFailed: "Es wird keine Überlagerung gezeigt.",
    pseudonyms: "Pseudonyme statt Dateinamen",
    pseudonymsHint:
      "Dateinamen können Namen von Patienten sein. Jeder Export und Druck hat dann für jedes Bild einen zufälligen Namen. Nur der Schlüssel sagt, welcher zu welchem gehört: Speichern Sie ihn, bevor Sie die Seite schließen, und verwahren Sie ihn getrennt. Die Prüfsumme einer Datei erkennt weiterhin, wer die Datei hat.",
    key: "Schlüssel speichern",
    keyUnsaved:
      "Der Schlüssel wurde noch nicht gespeichert; er geht verloren, wenn Sie die Seite schließen.",
  },
  forget: {
    heading: "Was auf diesem Gerät liegt",
    button: "Alles auf diesem Gerät löschen",
    hint: "Löscht Ihre Zustimmung, Sprache und Auswahl, das Ergebnis des Selbsttests und die Dateien der Seite und der Modelle. Bilder und Ergebnisse werden nie aufbewahrt. Danach wird die Seite neu von ihrem Server geladen.",
    ask: "Alles löschen, was dieses Werkzeug auf diesem Gerät aufbewahrt? Auch Bilder und Ergebnisse in dieser Seite gehen verloren.",
    failed:
      "Nicht alles konnte gelöscht werden. Löschen Sie die Daten dieser Website in den Einstellungen des Browsers.",
  },
};

export const MANY: Readonly<Record<string, ManyWords>> = { en, de };

/** The same in the language of the moment. */
export const many = computed(() => MANY[language.value] ?? en);
