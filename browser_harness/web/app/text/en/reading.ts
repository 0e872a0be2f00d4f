/** What a file's header says, and what helps to read a film. */
export const reading = {
  header: "What the file says",
  view: "View",
  bodyPart: "Body part",
  side: "Side",
  age: "Age",
  years: (age: string) => `${age} years`,
  lateral: (view: string) =>
    `The file says that this is a view from the side or oblique (${view}). The models know frontal images alone.`,
  otherPart: (part: string) =>
    `The file says that this is no chest, but: ${part}. The models know chests alone.`,
  child: (age: string) =>
    `The file says that this is a child of ${age} years. The models were trained mostly on adults.`,
  viewAlone:
    "Brightness, contrast and this inversion change the view alone. The models get the image as the file has it, or as it was corrected by hand.",
  presets: "Windows",
  own: "As the file proposes",
  all: "All levels",
  dark: "Dark areas",
  bright: "Bright areas",
  atDetector: "at the detector; in the body it is less",
  oblong: "across only: pixels are not square",
};
