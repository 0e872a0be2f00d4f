import { text } from "../../text/language.js";

/** What an error's code means, as a sentence, or as the end of one. */
export function reasonText(code: string, sentence = true): string {
  const { reasons } = text.value.page;
  const words = reasons[code] ?? reasons["internal"] ?? code;
  return sentence ? `${words.charAt(0).toUpperCase()}${words.slice(1)}.` : `${words}.`;
}
