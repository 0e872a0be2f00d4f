import "./pages.css";
import { text } from "../../text/language.js";
import type { Attempt } from "../../host/report.js";
import { saveDiagnostics } from "../state/diagnostics.js";
import { openRelease, stop } from "../state/session.js";
import type { Stop } from "../state/stop.js";
import { useFocus } from "./focus.js";
import { Icon } from "./Icon.js";
import { reasonText } from "./reasons.js";

/** The code of a release that is good, and has nothing that this page can show. */
const UNSHOWN = "nothing-to-show";

/** The code of a release that its publisher has taken back. */
const REVOKED = "revoked";

/** Why nothing runs, and what can be done. */
export function StoppedPage() {
  const heading = useFocus<HTMLHeadingElement>();
  const why = stop.value;
  const { page } = text.value;
  if (!why) return null;
  const words = wordsFor(why);
  const told =
    why.kind === "cancelled" || why.kind === "device" || [UNSHOWN, REVOKED].includes(why.code);
  const reason = told ? "" : reasonText(why.code);
  return (
    <div class="page">
      <div class="card page-card" role="alert">
        <h2 ref={heading} tabIndex={-1} class="with-icon">
          <Icon name={why.kind === "cancelled" ? "info" : "warning"} />
          {words.heading}
        </h2>
        <p>
          {words.text}
          {reason && ` ${reason}`}
        </p>
        {why.attempts.length > 0 && (
          <>
            <h3>{page.refused.tried}</h3>
            <Attempts attempts={why.attempts} />
            <Hint />
          </>
        )}
        {why.kind !== "cancelled" && why.attempts.length === 0 && (
          <details open>
            <summary>{page.failed.details}</summary>
            <p class="detail" lang="en">
              {why.detail}
            </p>
          </details>
        )}
        <div class="actions">
          {why.code !== UNSHOWN && (
            <button type="button" class="primary" onClick={() => void openRelease()}>
              <Icon name="reset" />
              {page.failed.retry}
            </button>
          )}
          {why.kind !== "cancelled" && (
            <button type="button" onClick={() => void saveDiagnostics()}>
              <Icon name="download" />
              {page.refused.save}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

/** What a person can do where the browser compiles nothing for this page. */
export function Hint() {
  if (typeof WebAssembly !== "undefined") return null;
  return <p class="compiles-nothing">{text.value.page.banner.compilesNothing}</p>;
}

/** Backends that were tried, and why each does not run. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const { page } = text.value;
  return (
    <ul class="attempts">
      {attempts.map(({ backend, code, reason }, i) => (
        <li key={i}>
          <p>{page.banner.refusedBackend(page.backends[backend], reasonText(code, false))}</p>
          <p class="detail" lang="en">
            {reason}
          </p>
        </li>
      ))}
    </ul>
  );
}

function wordsFor({ kind, code }: Stop): { readonly heading: string; readonly text: string } {
  const { failed, refused } = text.value.page;
  switch (kind) {
    case "cancelled":
      return { heading: failed.cancelled, text: failed.cancelledText };
    case "failed":
      return failed;
    case "release":
      if (code === UNSHOWN) return refused.unshown;
      if (code === REVOKED) return refused.revoked;
      return {
        heading: refused.releaseHeading,
        text: code === "unusable" ? refused.contradicted : refused.releaseText,
      };
    case "device":
      return refused;
  }
}
