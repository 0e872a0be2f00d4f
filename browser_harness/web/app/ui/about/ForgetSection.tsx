import { text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { forgetEverything } from "../state/forget.js";
import { Section } from "./Section.js";

/** One button that leaves nothing of the tool on this device. */
export function ForgetSection() {
  const words = text.value.many.forget;
  const ask = () => {
    if (confirm(words.ask)) void forgetEverything();
  };
  return (
    <Section heading={words.heading}>
      <p>{words.hint}</p>
      <button type="button" onClick={ask}>
        <Icon name="trash" />
        {words.button}
      </button>
    </Section>
  );
}
