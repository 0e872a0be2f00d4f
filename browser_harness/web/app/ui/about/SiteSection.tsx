import { useId } from "preact/hooks";
import { dayText, text } from "../../text/language.js";
import { siteText } from "../page/Strip.js";
import { release, site, siteProblem, useSite } from "../state/session.js";
import { Section } from "./Section.js";

/** Whose thresholds hold, and a way to bring others; only of a release that allows it. */
export function SiteSection() {
  const id = useId();
  const words = text.value.page.site;
  if (!release.value?.site) return null;
  const now = site.value;
  const take = (input: HTMLInputElement) => {
    const file = input.files?.[0];
    input.value = ""; // so that the same file can be chosen again
    if (file) void useSite(file);
  };
  return (
    <Section heading={words.heading}>
      <p>{now ? siteText(now.configuration) : words.own}</p>
      {siteProblem.value !== null && (
        <p role="alert" lang="en" class="detail">
          {siteProblem}
        </p>
      )}
      {now && (
        <>
          <p>{words.until(dayText(now.configuration.until))}</p>
          <p>
            {words.claims} <span class="digest">sha256:{now.fingerprint}</span>
          </p>
          <button type="button" onClick={() => void useSite(null)}>
            {words.remove}
          </button>
        </>
      )}
      <p>
        <label for={id}>{words.choose}</label>{" "}
        <input
          id={id}
          type="file"
          accept="application/json,.json"
          onChange={({ currentTarget }) => take(currentTarget)}
        />
      </p>
    </Section>
  );
}
