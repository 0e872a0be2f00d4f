import { effect, signal } from "@preact/signals";
import { serviceWorkers } from "../../storage.js";
import { digest, life } from "./session.js";

/** What is known of the page's copy on this device and of a newer release. */
export interface UpdateStatus {
  readonly offline: "storing" | "ready" | "unsupported" | "failed";
  readonly update: "none" | "fetching" | "storing" | "ready" | "elsewhere" | "failed";
  readonly done: number;
  readonly total: number;
  readonly reason: string | null;
}

export interface Updater {
  start(): Promise<void>;
  apply(): void;
}

export const updateStatus = signal<UpdateStatus | null>(null);
/** Whether the offer of a newer release was put off. */
export const updatePutOff = signal(false);

let updater: Updater | null = null;

/**
 * Keeps the page for use without a network, and fetches newer ones, once models are loaded; also
 * where a page that is kept does not run, as nobody would be offered a better one.
 */
export function keepUpToDate(make: (tell: (status: UpdateStatus) => void) => Updater): () => void {
  return effect(() => {
    const stopped = life.value === "failed" || life.value === "refused";
    const kept = Boolean(serviceWorkers()?.controller) && digest.value !== "";
    if (updater || !(life.value === "open" || (stopped && kept))) return;
    updater = make((status) => {
      if (status.update !== updateStatus.value?.update) updatePutOff.value = false;
      updateStatus.value = status;
    });
    void updater.start();
  });
}

/** Changes to the newer release; the page is loaded again. */
export function applyUpdate(): void {
  updater?.apply();
}

/** A browser's offer to install the page, of browsers that make one. */
interface InstallOffer extends Event {
  prompt(): Promise<void>;
}

export const installOffer = signal<InstallOffer | null>(null);

export function listenForInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallOffer;
  });
  addEventListener("appinstalled", () => (installOffer.value = null));
}

export async function install(): Promise<void> {
  const offer = installOffer.value;
  installOffer.value = null;
  await offer?.prompt();
}
