import { text } from "../../text/language.js";
import { release } from "../state/session.js";
import { NOTICE } from "../state/export_documents.js";

/** Always in view, in English in every language. */
export function Strip() {
  const { notice, strip, weak } = text.value.page;
  return (
    <aside class="strip" aria-label={notice || NOTICE}>
      <strong lang="en">{NOTICE}</strong>
      {notice && <strong>{notice}</strong>}
      {release.value?.verdict === "WEAK_PASSED" && <strong class="strip-weak">{weak}</strong>}
      <span class="strip-more">{strip}</span>
    </aside>
  );
}
