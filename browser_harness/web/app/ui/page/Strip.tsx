import { dayText, text } from "../../text/language.js";
import { release, site } from "../state/session.js";
import { NOTICE } from "../state/export_documents.js";

/** Whose thresholds hold that are not the release's. */
export function siteText({ site: who, made }: { readonly site: string; readonly made: string }) {
  return text.value.page.site.set(who, dayText(made));
}

/** Always in view, in English in every language. */
export function Strip() {
  const { notice, strip, less, claimed } = text.value.page;
  const publisher = release.value?.publisher;
  const verdict = release.value?.verdict ?? "PASSED";
  return (
    <aside class="strip" aria-label={notice || NOTICE}>
      <strong lang="en">{NOTICE}</strong>
      {notice && <strong>{notice}</strong>}
      {verdict !== "PASSED" && <strong class="strip-weak">{less[verdict]}</strong>}
      {site.value && <strong class="strip-weak">{siteText(site.value.configuration)}</strong>}
      <span class="strip-more">{strip}</span>
      {publisher && <span class="strip-more">{claimed(publisher.name)}</span>}
    </aside>
  );
}
