import { formats, text } from "../../text/language.js";
import type { BundledModel, Note } from "../../host/manifest.js";
import { Icon } from "../page/Icon.js";
import { digest, release, releaseName } from "../state/session.js";
import { Section } from "./Section.js";

/** The models, each with its card. */
export function ModelsSection() {
  const words = text.value.about;
  const models = Object.entries(release.value?.models ?? {});
  if (models.length === 0) return null;
  return (
    <Section heading={words.modelsHeading}>
      <ul class="about-list">
        {models.map(([id, model]) => (
          <ModelLine key={id} model={model} />
        ))}
      </ul>
    </Section>
  );
}

function ModelLine({ model }: { readonly model: BundledModel }) {
  const words = text.value.about;
  const bytes = Object.values(model.files).reduce((sum, file) => sum + file.bytes, 0);
  const facts = [
    words.kinds[model.kind],
    ...(model.labels ? [words.labelsCount(model.labels.length)] : []),
    formats.value.bytes(bytes),
    ...(model.weights ? [model.weights] : []),
  ];
  return (
    <li>
      <strong>{model.title}</strong>
      <span class="quiet"> {facts.join(" · ")}</span>
      <br />
      {model.card ? (
        <a href={model.card.path} target="_blank" rel="noopener">
          {words.card(model.title)}
        </a>
      ) : (
        <span class="quiet">{words.noCard}</span>
      )}
    </li>
  );
}

/** How the release was made, verified and licensed. */
export function ReleaseSection() {
  const { about: words, page } = text.value;
  const manifest = release.value;
  if (!manifest) return null;
  const has = (path: string) => Object.hasOwn(manifest.files, path);
  const licences = Object.keys(manifest.files).filter((path) => path.startsWith("licenses/"));
  return (
    <Section heading={words.releaseHeading}>
      <p>{words.releaseText(manifest.faithful_to)}</p>
      <ClaimText />
      {manifest.notes.length > 0 && <Notes notes={manifest.notes} />}
      <ul class="about-list">
        {has("report.html") && <Document path="report.html" title={words.report} />}
        {has("evidence.json") && <Document path="evidence.json" title={words.evidence} />}
      </ul>
      <dl class="facts">
        <dt>{page.release("").trim()}</dt>
        <dd>{releaseName}</dd>
        <dt>{words.digest}</dt>
        <dd class="digest">{digest}</dd>
        <dt>{words.versions}</dt>
        <dd>
          {Object.entries(manifest.tools).map(([name, version]) => (
            <span class="version" key={name}>
              {name} {version}
            </span>
          ))}
        </dd>
      </dl>
      {licences.length > 0 && (
        <details>
          <summary>{words.licences}</summary>
          <ul class="about-list">
            {licences.map((path) => (
              <Document key={path} path={path} title={path.replace("licenses/", "")} />
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

/** Who says that the release is theirs, and that the page cannot know it. */
function ClaimText() {
  const words = text.value.about.claim;
  const manifest = release.value;
  if (!manifest) return null;
  const { publisher, verdict } = manifest;
  if (!publisher) return <p>{words.nobody}</p>;
  const judged = formats.value.moment(publisher.judged);
  return (
    <>
      <p class="claim">
        {words.who(publisher.name)} <span class="digest">sha256:{publisher.fingerprint}</span>{" "}
        {words.judged(judged, verdict.replaceAll("_", " "))}{" "}
        <a href={publisher.key.path} target="_blank" rel="noopener">
          {words.key}
        </a>
      </p>
      <p>{words.trust}</p>
    </>
  );
}

/** What stands beside the verdict, in the evidence's own words. */
function Notes({ notes }: { readonly notes: readonly Note[] }) {
  return (
    <div class="note caution" role="note">
      <Icon name="warning" />
      <div class="notes">
        <p>{text.value.about.notes}</p>
        <ul class="about-list" lang="en">
          {notes.map((note) => (
            <li key={note.text}>{note.text}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Document({ path, title }: { readonly path: string; readonly title: string }) {
  return (
    <li>
      <a href={path} target="_blank" rel="noopener">
        {title}
      </a>
    </li>
  );
}
