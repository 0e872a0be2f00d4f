import { effect } from "@preact/signals";
import { render } from "preact";
import type { OpenRequest, Session } from "../host/types.js";
import { LANGUAGES, language, startLanguage, text } from "../text/language.js";
import { App } from "./App.js";
import { keepExplanationsApart } from "./state/explaining.js";
import { askBeforeLeaving } from "./state/leaving.js";
import { keepShowing } from "./state/picture.js";
import { keepExamining, state } from "./state/queue.js";
import { lookAgain } from "./state/again.js";
import { release, startTool, stopIfRevoked } from "./state/session.js";
import { keepDrawn } from "./viewer/redrawn.js";
import {
  keepUpToDate,
  listenForInstallOffer,
  type Updater,
  type UpdateStatus,
} from "./state/updates.js";

/** What the page needs from elsewhere. */
export interface Means {
  readonly open: (request: OpenRequest) => Promise<Session>;
  readonly updater: (tell: (status: UpdateStatus) => void) => Updater;
}

/** Puts the tool in the page's place and starts it. */
export async function start({ open, updater }: Means): Promise<void> {
  await startLanguage();
  listenForInstallOffer();
  const root = document.createElement("div");
  root.className = "root";
  document.body.replaceChildren(root);
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = LANGUAGES[language.value].direction;
    document.title = release.value?.title ?? text.value.page.title;
    document.body.dataset["state"] = state.value;
  });
  keepExplanationsApart();
  keepShowing();
  keepExamining();
  askBeforeLeaving();
  keepDrawn();
  keepUpToDate(updater);
  render(<App />, root);
  void startTool(open);
  lookAgain(() => void stopIfRevoked());
}
