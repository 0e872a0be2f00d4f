import { FluentResource } from "@fluent/bundle";
import { expect, test } from "vitest";
import { LANGUAGES } from "./languages.js";
import english from "./languages/en.ftl?raw";

/** Refusals and disclaimers, of which every language has a translation back into English. */
const GUARDED = [
  /^page-(notice|unreviewed|strip|weights)$/,
  /^page-consent-medical/,
  /^page-site-refused$/,
  /^page-refused-(heading|text|releaseHeading|releaseText|contradicted)$/,
  /^page-refused-(unshown-heading|revoked-\w+)$/,
  /^page-reasons-(revoked|not-passed|not-finite)$/,
  /^findings-(calibratedCaption|uncalibratedBeside|uncalibratedAlone)$/,
  /^findings-check-(refused|notRun|none|noneReason|refusedReason)$/,
  /^findings-check-refusedAs-(too-\w+|no-contrast|lateral|not-frontal|unlike)$/,
  /^images-(overlay-(saliency|cam)Hint|status-refused)$/,
  /^about-purpose$/,
];
const NO = /\b(no|not|nor|none|nobody|nothing|cannot|never|without|withdrawn|refused|unlike)\b/i;

const FOUND: Record<string, string> = import.meta.glob("./back/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});

const messagesOf = (source: string) =>
  new Map(new FluentResource(source).body.map(({ id, value }) => [id, JSON.stringify(value)]));
const ORIGINAL = messagesOf(english);
ORIGINAL.set("page-notice", "NOT FOR MEDICAL USE");
const guarded = [...ORIGINAL.keys()].filter((id) => GUARDED.some((one) => one.test(id))).sort();

test.each(Object.keys(LANGUAGES).filter((tag) => tag !== "en"))(
  "every refusal and disclaimer of %s is translated back, and still says no where English does",
  (tag) => {
    const back = messagesOf(FOUND[`./back/${tag}.ftl`] ?? "");
    expect([...back.keys()].sort()).toEqual(guarded);
    const softened = guarded.filter((id) => {
      return NO.test(ORIGINAL.get(id) ?? "") !== NO.test(back.get(id) ?? "");
    });
    expect(softened).toEqual([]);
  },
);
