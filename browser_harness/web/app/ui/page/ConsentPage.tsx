import "./pages.css";
import { keepsWords } from "../../storage.js";
import { formats, text } from "../../text/language.js";
import { agree, modelBytes, release } from "../state/session.js";
import { Icon, type IconName } from "./Icon.js";
import { Unreviewed } from "./Unreviewed.js";
import { Weights } from "./Weights.js";

/** What has to be understood before anything but the page is loaded. */
export function ConsentPage() {
  const words = text.value.page.consent;
  // What they were trained on stands in their titles.
  const titles = Object.values(release.value?.models ?? {}).map(({ title }) => title);
  return (
    <div class="page">
      <div class="card page-card">
        <h2>{words.heading}</h2>
        <p class="lead">{words.lead}</p>
        <Unreviewed />
        <ul class="terms">
          <Term icon="warning" heading={words.medicalHeading} body={words.medical} alarm />
          <Term icon="lock" heading={words.privacyHeading} body={words.privacy} />
          <Term icon="search" heading={words.whatHeading} body={words.what} />
          <Term
            icon="download"
            heading={words.nextHeading}
            body={words.next(formats.value.bytes(modelBytes.value))}
          />
        </ul>
        <p class="quiet">{words.models(titles.join("; "))}</p>
        <Weights />
        <div class="actions consent-actions">
          <AgreeButton />
          <p class="quiet">{keepsWords() ? words.remembered : words.forgotten}</p>
        </div>
      </div>
    </div>
  );
}

interface TermProps {
  readonly icon: IconName;
  readonly heading: string;
  readonly body: string;
  readonly alarm?: boolean;
}

function Term({ icon, heading, body, alarm = false }: TermProps) {
  return (
    <li class={alarm ? "alarm" : ""}>
      <Icon name={icon} />
      <div>
        <h3>{heading}</h3>
        <p>{body}</p>
      </div>
    </li>
  );
}

function AgreeButton() {
  const words = text.value.page.consent;
  return (
    <button type="button" class="primary large" onClick={() => void agree()}>
      {words.agree}
    </button>
  );
}
