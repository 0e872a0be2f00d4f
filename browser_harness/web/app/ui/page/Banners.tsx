import "./banners.css";
import type { ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { keepsWords } from "../../storage.js";
import { formats, LANGUAGES, missing, text } from "../../text/language.js";
import { counts } from "../state/queue.js";
import {
  change,
  life,
  openRelease,
  running,
  session,
  site,
  siteProblem,
  stop,
} from "../state/session.js";
import { applyUpdate, updatePutOff, updateStatus } from "../state/updates.js";
import { Icon } from "./Icon.js";
import { LoadingPage } from "./LoadingPage.js";
import { Attempts, Hint } from "./StoppedPage.js";

const fallbackDismissed = signal(false);
const forgettingDismissed = signal(false);

/** What happened around the images. */
export function Banners() {
  return (
    <div class="banners">
      <Ended />
      <Restarted />
      <Fallback />
      <SiteRefused />
      <KeepsNothing />
      <LanguageMissing />
      <Update />
    </div>
  );
}

interface BannerProps {
  readonly kind: "alarm" | "caution" | "calm";
  readonly children: ComponentChildren;
  readonly onDismiss?: () => void;
}

function Banner({ kind, children, onDismiss }: BannerProps) {
  return (
    <div class={`note banner ${kind}`} role={kind === "alarm" ? "alert" : "status"}>
      <Icon name={kind === "calm" ? "info" : "warning"} />
      <div class="banner-words">{children}</div>
      {onDismiss && (
        <button
          type="button"
          class="plain only-icon"
          aria-label={text.value.page.banner.dismiss}
          onClick={onDismiss}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

/** A language was asked for and could not be had: the one from before stays. */
function LanguageMissing() {
  if (!missing.value) return null;
  return (
    <Banner kind="caution" onDismiss={() => (missing.value = null)}>
      <p>{text.value.page.languageMissing(LANGUAGES[missing.value].name)}</p>
    </Banner>
  );
}

/** The session is over; what was found stays. */
function Ended() {
  const { banner, failed } = text.value.page;
  const [why, now] = [stop.value, change.value];
  if (life.value === "loading") return <LoadingPage />;
  if (life.value === "open") return null;
  const detail = why?.detail ?? now?.reason;
  return (
    <Banner kind="alarm">
      <p>{banner.stopped}</p>
      {detail && (
        <details>
          <summary>{failed.details}</summary>
          <p class="detail" lang="en">
            {detail}
          </p>
        </details>
      )}
      <button type="button" onClick={() => void openRelease()}>
        {banner.startAgain}
      </button>
    </Banner>
  );
}

function Restarted() {
  const { banner, backends, failed } = text.value.page;
  const now = change.value;
  if (!now?.running || !now.reason) return null;
  return (
    <Banner kind="caution" onDismiss={() => (change.value = null)}>
      <p>{banner.restarted(backends[now.running.backend])}</p>
      <details>
        <summary>{failed.details}</summary>
        <p class="detail" lang="en">
          {now.reason}
        </p>
      </details>
    </Banner>
  );
}

/** Another backend than the first runs. */
function Fallback() {
  const { banner, backends } = text.value.page;
  const now = running.value;
  if (!now || now.attempts.length === 0 || fallbackDismissed.value || change.value) return null;
  return (
    <Banner kind="calm" onDismiss={() => (fallbackDismissed.value = true)}>
      <details>
        <summary>{banner.fallback(backends[now.backend])}</summary>
        <Attempts attempts={now.attempts} />
      </details>
      <Hint />
    </Banner>
  );
}

/** Nothing is kept on this device, or nothing of the models. */
function KeepsNothing() {
  const { banner } = text.value.page;
  const kept = keepsWords() && session.value?.unstored !== "unavailable";
  if (!session.value || kept || forgettingDismissed.value) return null;
  return (
    <Banner kind="calm" onDismiss={() => (forgettingDismissed.value = true)}>
      <p>{banner.keepsNothing}</p>
    </Banner>
  );
}

/** Thresholds that somebody wanted to set, and that do not hold. */
function SiteRefused() {
  const { page } = text.value;
  if (siteProblem.value === null) return null;
  return (
    <Banner kind="alarm" onDismiss={() => (siteProblem.value = null)}>
      <p>{site.value ? page.site.refusedOther : page.site.refused}</p>
      <p class="detail" lang="en">
        {siteProblem}
      </p>
    </Banner>
  );
}

/** A newer release, offered also where this one does not run. */
export function Update() {
  const { banner } = text.value.page;
  const now = updateStatus.value;
  if (!now || updatePutOff.value) return null;
  if (now.update === "failed") {
    return (
      <Banner kind="calm" onDismiss={() => (updatePutOff.value = true)}>
        <p>{banner.updateFailed}</p>
      </Banner>
    );
  }
  if (now.update !== "ready" && now.update !== "elsewhere") return <UpdateProgress />;
  return (
    <Banner kind="calm">
      <p>
        {banner.update} {counts.value.all > 0 && banner.updateLoses}
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={applyUpdate}>
          {banner.updateNow}
        </button>
        <button type="button" onClick={() => (updatePutOff.value = true)}>
          {banner.updateLater}
        </button>
      </div>
    </Banner>
  );
}

function UpdateProgress() {
  const now = updateStatus.value;
  if (now?.update !== "fetching" || now.total === 0) return null;
  const { bytes } = formats.value;
  return (
    <p class="quiet">{text.value.page.banner.updateProgress(bytes(now.done), bytes(now.total))}</p>
  );
}
