import { signal } from "@preact/signals";
import { cellOf, NOTICE, type Source } from "./export_documents.js";
import { nameOfFile, type Item } from "./items.js";

/** Whether exports and prints have random names in place of files' names. */
export const pseudonymous = signal(false);
/** The images whose names are in the key that was saved last, by their numbers. */
export const inKey = signal<ReadonlySet<number>>(new Set());

interface Named {
  readonly pseudonym: string;
  readonly file: string;
  readonly sha256: string | null;
}

/** Of removed images too: an export may have them. */
const known = new Map<number, Named>();

/** An image's random name, the same as long as the page is open; it says nothing of file or order. */
export function pseudonymOf({ id, file, result, problem }: Item): string {
  const pseudonym = known.get(id)?.pseudonym ?? `image-${random()}`;
  const sha256 = result?.sha256 ?? problem?.sha256 ?? null;
  known.set(id, { pseudonym, file: nameOfFile(file), sha256 });
  return pseudonym;
}

function random(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** The images as exports name them: under pseudonyms where a person wants that. */
export function named(items: readonly Item[]): readonly Item[] {
  return pseudonymous.value ? items.map(underPseudonym) : items;
}

/** The image with nothing left of its file's name, not even in the reason of a failure. */
export function underPseudonym(item: Item): Item {
  const name = pseudonymOf(item);
  const { file, problem } = item;
  const detail = [nameOfFile(file), item.name, file.name]
    .filter((one) => one !== "")
    .reduce((words, one) => words.replaceAll(one, name), problem?.detail ?? "");
  return {
    ...item,
    name,
    file: new File([file], name),
    problem: problem && { ...problem, detail },
  };
}

/**
 * Which pseudonym is which file, as CSV (RFC 4180): the only thing that tells.
 *
 * @param items get their names now, where they have none; images that were removed are in it too.
 */
export function keyOf(items: readonly Item[], source: Source): string {
  items.forEach(pseudonymOf);
  inKey.value = new Set(known.keys());
  const { release, version, digest } = source;
  const head = ["notice", "release", "version", "manifest_sha256", "pseudonym", "file", "sha256"];
  const rows = [...known.values()].map(({ pseudonym, file, sha256 }) => [
    ...[NOTICE, release, version, digest, pseudonym, file, sha256],
  ]);
  return [head, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}
