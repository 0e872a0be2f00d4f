import type { Catalogue } from "../en.js";

export const reading: Catalogue["reading"] = {
  header: "Was die Datei sagt",
  view: "Aufnahme",
  bodyPart: "Körperteil",
  side: "Seite",
  age: "Alter",
  years: (age: string) => `${age} Jahre`,
  lateral: (view: string) =>
    `Die Datei sagt, dies sei eine seitliche oder schräge Aufnahme (${view}). Die Modelle kennen nur frontale Bilder.`,
  otherPart: (part: string) =>
    `Die Datei sagt, dies sei kein Thorax, sondern: ${part}. Die Modelle kennen nur den Thorax.`,
  child: (age: string) =>
    `Die Datei sagt, dies sei ein Kind von ${age} Jahren. Die Modelle wurden vor allem an Erwachsenen trainiert.`,
  viewAlone:
    "Helligkeit, Kontrast und diese Umkehr ändern nur die Ansicht. Die Modelle bekommen das Bild, wie es in der Datei steht oder von Hand korrigiert wurde.",
  presets: "Fenster",
  own: "Wie die Datei vorschlägt",
  all: "Alle Stufen",
  dark: "Dunkle Bereiche",
  bright: "Helle Bereiche",
  atDetector: "am Detektor; im Körper ist es weniger",
  oblong: "nur quer: die Pixel sind nicht quadratisch",
};
