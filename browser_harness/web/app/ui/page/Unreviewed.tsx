import { text, unreviewed } from "../../text/language.js";

/** Says of a translation that nobody has reviewed that nobody has. */
export function Unreviewed() {
  return unreviewed.value ? <p class="unreviewed quiet">{text.value.page.unreviewed}</p> : null;
}
