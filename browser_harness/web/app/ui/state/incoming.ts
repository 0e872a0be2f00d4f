import { nameOfFile } from "./items.js";

/** Endings of image files; a DICOM file often has none, or the end of its number. */
const ENDINGS = ["png", "jpg", "jpeg", "jpe", "jfif", "dcm", "dicom", "dic", "ima", "img"];

/** Whether a file of a folder may be an image, going by its name. */
export function mayBeImage(name: string): boolean {
  if (name.startsWith(".") || name.toUpperCase() === "DICOMDIR") return false;
  const ending = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase();
  return ending === undefined || ENDINGS.includes(ending) || /^\d+$/.test(ending);
}

/** The files of a drop or paste: those given by themselves, and of folders what may be an image. */
export async function filesFrom(data: DataTransfer): Promise<File[]> {
  // Entries have to be asked for before anything is waited for: the data is gone afterwards.
  const given = [...data.items].filter(({ kind }) => kind === "file");
  const entries = given.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files: File[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else if (file) files.push(file);
  }
  return files;
}

/** Images among a folder's files that an <input> gave, by their paths: it gives them in any order. */
export function imagesOf(files: Iterable<File>): File[] {
  const images = [...files].filter(({ name }) => mayBeImage(name));
  return images.sort((a, b) => nameOfFile(a).localeCompare(nameOfFile(b)));
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const files: File[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else if (mayBeImage(entry.name)) files.push(await fileOf(entry as FileSystemFileEntry));
  }
  return files;
}

/** A folder is read in pieces until none is left. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all.sort((a, b) => a.name.localeCompare(b.name));
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
