import { FluentBundle, FluentNumber, FluentResource } from "@fluent/bundle";
import { MESSAGES } from "./messages/index.js";

/** What a sentence may be about. */
export type Given = string | number;

/** Words as they are; a sentence as a function of its variables, in the order of MESSAGES. */
type Said<M> = M extends readonly unknown[]
  ? M extends readonly []
    ? string
    : (...given: { [K in keyof M]: Given }) => string
  : { readonly [K in keyof M]: Said<M[K]> };

/** What the page says in one language. */
export type Catalogue = Said<typeof MESSAGES>;

/** Messages by their place: lists of variables in folders of them. */
export type Tree = { readonly [key: string]: Tree | readonly string[] };

/** A language as it is written, such as "de", and from which side. */
export interface Tongue {
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
}

/** A language's file lacks a message, or holds one that cannot be said. */
export class LanguageError extends Error {}

/** A place's name in the language files: what Fluent allows in names, by hyphens. */
export function idOf(path: readonly string[]): string {
  return path.map((key) => key.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "")).join("-");
}

/** Names and variables of all messages, in the order of MESSAGES. */
export function messagesIn(
  tree: Tree,
  path: readonly string[] = [],
): [string, readonly string[]][] {
  return Object.entries(tree).flatMap(([key, one]): [string, readonly string[]][] => {
    const place = [...path, key];
    return isMessage(one) ? [[idOf(place), one]] : messagesIn(one, place);
  });
}

/**
 * What a language file says, whole or not at all.
 *
 * Between letters of the other direction a name of a file would move its full stop, so where one reads
 * from the right, what is put into a sentence is isolated.
 *
 * @throws LanguageError
 */
export function catalogueOf(tongue: Tongue, source: string): Catalogue {
  const bundle = new FluentBundle(tongue.tag, { useIsolating: tongue.direction === "rtl" });
  const [error] = bundle.addResource(new FluentResource(source));
  if (error) throw new LanguageError(`${tongue.tag}: ${error.message}`);
  return saidIn(bundle, MESSAGES, []) as Catalogue;
}

function isMessage(one: Tree | readonly string[]): one is readonly string[] {
  return Array.isArray(one);
}

function saidIn(bundle: FluentBundle, tree: Tree, path: readonly string[]): object {
  const said = Object.entries(tree).map(([key, one]) => {
    const place = [...path, key];
    return [key, isMessage(one) ? messageOf(bundle, idOf(place), one) : saidIn(bundle, one, place)];
  });
  return Object.fromEntries(said);
}

function messageOf(bundle: FluentBundle, id: string, variables: readonly string[]): unknown {
  const pattern = bundle.getMessage(id)?.value;
  if (!pattern) throw new LanguageError(`${bundle.locales[0]}: nothing is said for ${id}`);
  const say = (...given: readonly Given[]) =>
    bundle.formatPattern(
      pattern,
      Object.fromEntries(variables.map((name, i) => [name, argument(given[i])])),
      [],
    );
  return variables.length > 0 ? say : say();
}

/** Numbers choose the form of a plural, and are written in the language's digits, without marks in between. */
function argument(given: Given | undefined): string | FluentNumber {
  if (typeof given === "number") return new FluentNumber(given, { useGrouping: false });
  return given ?? "";
}
