import { text } from "../../text/language.js";
import { NOTICE } from "../state/export_documents.js";

/** Always in view, in English in every language. */
export function Strip() {
  const { notice, strip } = text.value.page;
  return (
    <aside class="strip" aria-label={notice || NOTICE}>
      <strong lang="en">{NOTICE}</strong>
      {notice && <strong>{notice}</strong>}
      <span class="strip-more">{strip}</span>
    </aside>
  );
}
