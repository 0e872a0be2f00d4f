import "./styles/base.css";
import "./styles/parts.css";
import "./styles/controls.css";
import { DropTarget } from "./images/DropTarget.js";
import { AboutDialog } from "./about/AboutDialog.js";
import { ManyTable } from "./many/ManyTable.js";
import { Banners, Update } from "./page/Banners.js";
import { ConsentPage } from "./page/ConsentPage.js";
import { Header } from "./page/Header.js";
import { LoadingPage } from "./page/LoadingPage.js";
import { StoppedPage } from "./page/StoppedPage.js";
import { Strip } from "./page/Strip.js";
import { PrintSheet } from "./print/PrintSheet.js";
import { announcement } from "./state/announce.js";
import { items } from "./state/queue.js";
import { life } from "./state/session.js";
import { Workspace } from "./Workspace.js";
import { text } from "../text/language.js";

export function App() {
  return (
    <>
      <div class="screen">
        <a class="skip" href="#content">
          {text.value.page.skip}
        </a>
        <Strip />
        <Header />
        <main id="content" tabIndex={-1}>
          <DropTarget>
            <Page />
          </DropTarget>
        </main>
        <p class="unseen" role="status" aria-live="polite">
          {announcement}
        </p>
        <AboutDialog />
        <ManyTable />
      </div>
      <PrintSheet />
    </>
  );
}

/** Results that are there stay in view, whatever becomes of the session. */
function Page() {
  if (life.value === "open" || items.value.length > 0) {
    return (
      <>
        <Banners />
        <Workspace />
      </>
    );
  }
  switch (life.value) {
    case "starting":
      return null;
    case "consent":
      return <ConsentPage />;
    case "loading":
      return <LoadingPage />;
    case "failed":
    case "refused":
      return (
        <>
          <div class="banners">
            <Update />
          </div>
          <StoppedPage />
        </>
      );
  }
}
