/** Choosing images, the list of them, the viewer, and exports. */
export const images = {
  heading: "Images",
  add: {
    heading: "Add chest X-ray images",
    hint: "Drop images or a folder here, paste one, or choose files. PNG, JPEG or DICOM, frontal chest.",
    choose: "Choose images",
    photograph: "Take a photo",
    folder: "Choose a folder",
    more: "Add images",
    example: (title: string) => `Example: ${title}`,
    exampleFailed: "The example could not be loaded.",
    examples: "Or try an example",
    private: "Images stay on this device.",
    drop: "Drop to add",
    nothing: "No image was found in what you gave.",
  },

  status: {
    waiting: "waiting",
    working: "computing",
    done: "done",
    refused: "no predictions",
    failed: "failed",
  },
  queue: {
    progress: (done: number, total: number) => `${done} of ${total} examined`,
    pause: "Pause",
    resume: "Resume",
    paused: "Paused",
    clear: "Remove all",
    clearAsk: (count: number) =>
      `Remove all ${count} images? Those that still wait, and results that were not exported, are lost.`,
    remove: (name: string) => `Remove ${name}`,
    retry: (name: string) => `Try again: ${name}`,
    retryShort: "Try again",
    none: "none above its operating point",
    top: (finding: string, value: string) => `${finding} ${value}`,
    said: (name: string, status: string) => `${name}: ${status}.`,
    added: (count: number) => (count === 1 ? "1 image added." : `${count} images added.`),
    removed: (name: string) => `${name} removed.`,
  },

  viewer: {
    label: (name: string) => `Image viewer: ${name}`,
    keys: "Plus and minus zoom, arrow keys move, 0 fits the image, I inverts the view, square brackets make it darker or brighter, comma and full stop set the contrast, R resets the view, O shows or hides the overlay.",
    loading: "Reading the image",
    none: "Select an image to see it here.",
    tools: "Tools of the viewer",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Fit",
    invert: "Invert",
    reset: "Reset view",
    dragWindows: "Drag to set brightness and contrast",
    level: "Brightness (level)",
    width: "Contrast (window width)",
    windowing: "Brightness and contrast",
    size: (width: number, height: number, levels: string) =>
      `${width} × ${height} pixels, ${levels} gray levels`,
    failed: "The image cannot be shown.",
    notes: {
      "lut-descriptor":
        "A lookup table of this file does not fit its description. The table's actual entries were used; check brightness and contrast against another viewer.",
      "presentation-lut-shape":
        "This file contradicts itself about what is black and what is white. Its Presentation LUT Shape was followed; check that bones are bright.",
      "pixel-aspect-ratio":
        "The pixels of this file are not square. The models' input was scaled accordingly; here every pixel is drawn square.",
      "pixel-density":
        "This file gives other densities across than down. Its pixels were taken as square, as browsers do; check that round structures are round.",
    },
  },

  overlay: {
    heading: "Overlay",
    error: "Reconstruction error",
    errorHint:
      "Red: where the autoencoder could not rebuild the image; full red from a quarter of the range on.",
    opacity: "Opacity",
    map: "Map",
    saliency: "Saliency",
    cam: "Activation (CAM)",
    saliencyHint:
      "Saliency: pixels in which a small increase raises this finding. It shows what the model looks at, not where a disease is.",
    camHint:
      "Activation map: coarse areas that speak for this finding. It shows what the model looks at, not where a disease is.",
    smooth: "Smoothed",
    low: "low",
    high: "high",
    legend: "Colours relative to the strongest point of this map",
    empty: "Nothing in this image speaks for this finding: the map is empty.",
    computing: (finding: string) => `Computing why: ${finding}`,
    cancel: "Cancel",
    hide: "Hide",
    seen: "The dashed frame is what the model sees.",
    failed: (finding: string) => `No explanation for ${finding}.`,
    shown: (finding: string, map: string) => `${map} for ${finding} is shown over the image.`,
    of: (finding: string) => `Why: ${finding}`,
  },

  export: {
    heading: "Export",
    csv: "Save as CSV",
    json: "Save as JSON",
    print: "Print this image",
    count: (count: number) => (count === 1 ? "1 result" : `${count} results`),
    unexported: (count: number) =>
      count === 1
        ? "1 result was not exported yet; it is lost when you close the page."
        : `${count} results were not exported yet; they are lost when you close the page.`,
    saved: (name: string) => `${name} was saved.`,
  },

  print: {
    heading: "Summary of one image",
    file: "File",
    digest: "SHA-256 of the file",
    examined: "Examined",
    computed: "Computed on",
    release: "Release",
    manifest: "SHA-256 of the manifest",
    selfTest: "Self-test",
    tools: "Verified with",
    note: "Note on the file",
    picture: "The image",
    overlay: "With overlay",
  },
};
