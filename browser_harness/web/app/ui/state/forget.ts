import { serviceWorkers } from "../../storage.js";
import { announce } from "./announce.js";
import { removeAll } from "./queue.js";
import { session } from "./session.js";
import { text } from "../../text/language.js";

/** What this tool's entries in localStorage and Cache Storage are called, all of them. */
const OURS = /^xport\b/;

/**
 * Deletes all that the tool keeps on this device, then loads the page again from its server.
 *
 * Where something could not be deleted the page stays and says so, whatever else was.
 */
export async function forgetEverything(): Promise<void> {
  removeAll();
  session.value?.close();
  session.value = null;
  const done = await Promise.allSettled([forgetWords(), forgetWorkers(), forgetFiles()]);
  if (done.every(({ status }) => status === "fulfilled")) location.reload();
  else {
    announce(text.value.many.forget.failed);
    alert(text.value.many.forget.failed);
  }
}

async function forgetWords(): Promise<void> {
  for (const key of Object.keys(localStorage)) {
    if (OURS.test(key)) localStorage.removeItem(key);
  }
}

async function forgetFiles(): Promise<void> {
  const names = (await caches.keys()).filter((name) => OURS.test(name));
  const deleted = await Promise.all(names.map((name) => caches.delete(name)));
  if (deleted.includes(false)) throw new Error("a cache could not be deleted");
}

/** The worker that serves this page without a network; others of the site are not this tool's. */
async function forgetWorkers(): Promise<void> {
  const registration = await serviceWorkers()?.getRegistration();
  await registration?.unregister();
}
