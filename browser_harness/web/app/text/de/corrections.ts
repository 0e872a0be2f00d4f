import type { Catalogue } from "../en.js";

export const corrections: Catalogue["corrections"] = {
  heading: "Korrigieren und erneut fragen",
  tools: "Das Bild korrigieren, auch für die Modelle",
  explained:
    "Dreht, spiegelt, invertiert oder beschneidet das Bild, das die Modelle bekommen. Es wird neu untersucht, und jeder Export sagt es.",
  left: "Gegen den Uhrzeigersinn drehen",
  right: "Im Uhrzeigersinn drehen",
  mirror: "Spiegeln: vertauscht links und rechts",
  invert: "Auch für die Modelle invertieren",
  crop: "Auf den Rand des Films zuschneiden",
  undo: "Alle Korrekturen zurücknehmen",
  remedies: {
    "turned-clockwise": "Um 90° zurückdrehen und erneut fragen",
    "turned-180": "Um 180° drehen und erneut fragen",
    "turned-counter-clockwise": "Um 90° zurückdrehen und erneut fragen",
    "upside-down": "Oben und unten tauschen und erneut fragen",
    inverted: "Invertieren und erneut fragen",
    crop: "Auf den Rand des Films zuschneiden und erneut fragen",
  },
  done: {
    "crop-border": "auf den Rand des Films zugeschnitten",
    "turn-90": "um 90° im Uhrzeigersinn gedreht",
    "turn-180": "um 180° gedreht",
    "turn-270": "um 90° gegen den Uhrzeigersinn gedreht",
    mirror: "gespiegelt (links und rechts vertauscht)",
    invert: "invertiert",
  },
  said: (what: string) =>
    `Von Hand korrigiert, bevor die Modelle es sahen: ${what}. Das ist nicht das Bild, wie es in der Datei steht.`,
  label: "Von Hand korrigiert",
};
