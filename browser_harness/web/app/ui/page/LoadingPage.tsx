import "./pages.css";
import { useEffect } from "preact/hooks";
import { formats, text } from "../../text/language.js";
import type { OpenProgress, Stage } from "../../host/types.js";
import { announce } from "../state/announce.js";
import { cancelOpening, progress } from "../state/session.js";
import { useFocus } from "./focus.js";
import { Icon } from "./Icon.js";

const STAGES: readonly Stage[] = ["manifest", "download", "start", "warm-up", "self-test"];

/** How far loading has come, stage by stage. */
export function LoadingPage() {
  const words = text.value.page.loading;
  const heading = useFocus<HTMLHeadingElement>();
  const now = progress.value;
  const stage = now?.stage ?? "manifest";
  useEffect(() => announce(words.said(words.stages[stage])), [stage, words]);
  return (
    <div class="page">
      <div class="card page-card loading">
        <h2 ref={heading} tabIndex={-1}>
          {words.heading}
        </h2>
        <ol class="stages">
          {STAGES.map((one) => (
            <StageLine key={one} stage={one} now={now} current={stage} />
          ))}
        </ol>
        <div class="actions">
          <button type="button" onClick={cancelOpening}>
            {words.cancel}
          </button>
        </div>
      </div>
    </div>
  );
}

interface StageProps {
  readonly stage: Stage;
  readonly current: Stage;
  readonly now: OpenProgress | null;
}

function StageLine({ stage, current, now }: StageProps) {
  const words = text.value.page.loading;
  const [place, at] = [STAGES.indexOf(stage), STAGES.indexOf(current)];
  const state = place < at ? "finished" : place === at ? "running" : "waiting";
  const title = words.stages[stage];
  const backend =
    state === "running" && now?.backend ? ` (${text.value.page.backendShort[now.backend]})` : "";
  return (
    <li class={state}>
      <span class="stage-mark">{state === "finished" && <Icon name="check" />}</span>
      <span class="stage-title">
        {title}
        {backend}
      </span>
      <span class="stage-state quiet">
        {state === "running" && now ? countOf(now) : words[state]}
      </span>
      {state === "running" && <Bar now={now} title={title} />}
      {state === "running" && now?.waiting && (
        <span class="stage-waiting with-icon" role="status">
          <Icon name="warning" />
          {words.awaited[now.waiting]}
        </span>
      )}
    </li>
  );
}

function Bar({ now, title }: { readonly now: OpenProgress | null; readonly title: string }) {
  return now && now.total > 0 ? (
    <progress max={now.total} value={now.done} aria-label={title} />
  ) : (
    <progress aria-label={title} />
  );
}

function countOf({ stage, done, total, cached }: OpenProgress): string {
  const words = text.value.page.loading;
  if (total === 0) return words.running;
  if (stage !== "download") return words.counted(done, total);
  const { bytes } = formats.value;
  const count = words.bytes(bytes(done), bytes(total));
  return cached > 0 ? `${count}, ${words.cached(bytes(cached))}` : count;
}
