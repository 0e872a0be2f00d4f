import { text } from "../../text/language.js";
import { release } from "../state/session.js";
import { Icon } from "./Icon.js";

/** What the weights are, where they are not trained ones. */
export function Weights() {
  const models = Object.values(release.value?.models ?? {});
  const notes = [...new Set(models.map((model) => model.weights))].filter((note) => note !== null);
  if (notes.length === 0) return null;
  return (
    <p class="note caution">
      <Icon name="warning" />
      <span>{text.value.page.weights(notes.join("; "))}</span>
    </p>
  );
}
