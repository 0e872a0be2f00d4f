import "./header.css";
import {
  LANGUAGES,
  chooseLanguage,
  language,
  missing,
  text,
  type Language,
} from "../../text/language.js";
import { aboutOpen } from "../about/AboutDialog.js";
import { release, releaseName, running } from "../state/session.js";
import { install, installOffer } from "../state/updates.js";
import { Icon } from "./Icon.js";

/** The tool's name, what it runs on, and what is always at hand. */
export function Header() {
  const { page } = text.value;
  return (
    <header class="header">
      <div class="brand">
        <Mark />
        <div>
          <h1>{release.value?.title ?? page.title}</h1>
          {release.value && <p class="quiet">{page.release(releaseName.value)}</p>}
        </div>
      </div>
      <div class="header-tools">
        <Engine />
        {installOffer.value && (
          <button type="button" class="plain" onClick={() => void install()}>
            <Icon name="download" />
            {page.install}
          </button>
        )}
        <LanguageChoice />
        <button
          type="button"
          class="plain"
          aria-haspopup="dialog"
          onClick={() => (aboutOpen.value = true)}
        >
          <Icon name="info" />
          {page.about}
        </button>
      </div>
    </header>
  );
}

function Engine() {
  const now = running.value;
  if (!now) return null;
  const { about, page } = text.value;
  const backend = page.backendShort[now.backend];
  const verdict = now.selfTest.passed
    ? `${about.selfTest}: ${about.passed}`
    : `${about.selfTest}: ${about.failed}`;
  return (
    <p class={now.selfTest.passed ? "engine" : "engine bad"}>
      <Icon name={now.selfTest.passed ? "check" : "warning"} />
      <span>{backend}</span>
      <span class="engine-more">{verdict}</span>
    </p>
  );
}

function LanguageChoice() {
  return (
    <fieldset class="segments">
      <legend class="unseen">{text.value.page.language}</legend>
      {Object.entries(LANGUAGES).map(([tag, { name }]) => (
        <label key={tag} lang={tag} title={name}>
          <input
            type="radio"
            name="language"
            value={tag}
            checked={language.value === tag && missing.value !== tag}
            aria-label={name}
            onChange={() => chooseLanguage(tag as Language)}
          />
          <span aria-hidden="true">{tag.toUpperCase()}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Two lungs in a frame. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="48" height="48" rx="11" />
      <path class="mark-line" d="M24 9v13" />
      <path class="mark-lung" d="M21 20c-1-4-4-6-6-4-4 4-7 11-7 18 0 5 5 5 9 3 3-1 4-3 4-6z" />
      <path class="mark-lung" d="M27 20c1-4 4-6 6-4 4 4 7 11 7 18 0 5-5 5-9 3-3-1-4-3-4-6z" />
    </svg>
  );
}
