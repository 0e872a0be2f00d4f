import "./about.css";
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { keepsWords } from "../../storage.js";
import { text } from "../../text/language.js";
import { Icon } from "../page/Icon.js";
import { Unreviewed } from "../page/Unreviewed.js";
import { DeviceSection } from "./DeviceSection.js";
import { ForgetSection } from "./ForgetSection.js";
import { ModelsSection, ReleaseSection } from "./ReleaseSections.js";
import { Section } from "./Section.js";
import { SelfTestSection } from "./SelfTestSection.js";
import { SiteSection } from "./SiteSection.js";

export const aboutOpen = signal(false);

/** The tool, its release, its tests and its terms. */
export function AboutDialog() {
  const place = useRef<HTMLDialogElement>(null);
  const open = aboutOpen.value;
  useEffect(() => {
    if (open) place.current?.showModal();
    else place.current?.close();
  }, [open]);
  const { about, page } = text.value;
  return (
    <dialog
      ref={place}
      class="about"
      aria-labelledby="about-heading"
      onClose={() => (aboutOpen.value = false)}
    >
      {open && (
        <>
          <div class="about-head">
            <h2 id="about-heading">{about.heading}</h2>
            <button
              type="button"
              class="plain only-icon"
              aria-label={page.close}
              onClick={() => (aboutOpen.value = false)}
            >
              <Icon name="close" />
            </button>
          </div>
          <div class="about-body">
            <p>{about.purpose}</p>
            <Unreviewed />
            <Section heading={about.privacyHeading}>
              <p>{about.privacy}</p>
              <p>{keepsWords() ? about.stored : page.banner.keepsNothing}</p>
            </Section>
            <SelfTestSection />
            <ModelsSection />
            <ReleaseSection />
            <SiteSection />
            <DeviceSection />
            <ForgetSection />
          </div>
        </>
      )}
    </dialog>
  );
}
