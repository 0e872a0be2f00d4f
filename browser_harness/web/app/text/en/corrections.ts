/** Correcting an image for the models and for the eye. */
export const corrections = {
  heading: "Correct, then ask again",
  tools: "Correct the image, for the models too",
  explained:
    "Turns, mirrors, inverts or crops the image that the models get. The image is examined again, and every export says so.",
  left: "Turn counter-clockwise",
  right: "Turn clockwise",
  mirror: "Mirror: swaps left and right",
  invert: "Invert for the models too",
  crop: "Crop to the film's border",
  undo: "Undo all corrections",
  /** By the reason for which an image was refused. */
  remedies: {
    "turned-clockwise": "Turn it back by 90° and ask again",
    "turned-180": "Turn it by 180° and ask again",
    "turned-counter-clockwise": "Turn it back by 90° and ask again",
    "upside-down": "Flip it top to bottom and ask again",
    inverted: "Invert it and ask again",
    crop: "Crop to the film's border and ask again",
  },
  done: {
    "crop-border": "cropped to the film's border",
    "turn-90": "turned by 90° clockwise",
    "turn-180": "turned by 180°",
    "turn-270": "turned by 90° counter-clockwise",
    mirror: "mirrored (left and right swapped)",
    invert: "inverted",
  },
  said: (what: string) =>
    `Corrected by hand before the models saw it: ${what}. This is not the image as its file has it.`,
  label: "Corrected by hand",
};
