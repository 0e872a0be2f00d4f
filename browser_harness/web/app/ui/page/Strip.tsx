import { text } from "../../text/language.js";
import { release } from "../state/session.js";
import { NOTICE } from "../state/export_documents.js";

/** Always in view, in English in every language. */
export function Strip() {
  const { notice, strip, less } = text.value.page;
  const verdict = release.value?.verdict ?? "PASSED";
  return (
    <aside class="strip" aria-label={notice || NOTICE}>
      <strong lang="en">{NOTICE}</strong>
      {notice && <strong>{notice}</strong>}
      {verdict !== "PASSED" && <strong class="strip-weak">{less[verdict]}</strong>}
      <span class="strip-more">{strip}</span>
    </aside>
  );
}
