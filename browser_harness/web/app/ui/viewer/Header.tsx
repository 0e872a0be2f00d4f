import type { Header as FileHeader } from "../../../engine/picture/decode/dicom_header.js";
import { formats, text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { warningsOf } from "../state/header.js";

/** What the file says of its image, beside it; nothing that names a person. */
export function HeaderLine({ header }: { readonly header: FileHeader | null }) {
  const words = text.value.reading;
  if (!header) return null;
  const { view, bodyPart, laterality, age } = header;
  const said = [
    [words.view, view],
    [words.bodyPart, bodyPart],
    [words.side, laterality],
    [words.age, age === null ? "" : words.years(ageWords(age))],
  ].filter(([, value]) => value !== "");
  if (said.length === 0) return null;
  return (
    <p class="quiet header-line" aria-label={words.header}>
      {said.map(([name, value]) => `${name}: ${value}`).join(" · ")}
    </p>
  );
}

/** What of it speaks against asking the models. */
export function HeaderWarnings({ header }: { readonly header: FileHeader | null }) {
  const words = text.value.reading;
  if (!header) return null;
  const texts = {
    lateral: words.lateral(header.view),
    otherPart: words.otherPart(header.bodyPart),
    child: words.child(ageWords(header.age ?? 0)),
  };
  return (
    <>
      {warningsOf(header).map((warning) => (
        <p key={warning} class="note caution with-icon" data-warning={warning}>
          <Icon name="warning" />
          {texts[warning]}
        </p>
      ))}
    </>
  );
}

function ageWords(age: number): string {
  return formats.value.number(age, age < 3 && !Number.isInteger(age) ? 1 : 0);
}
