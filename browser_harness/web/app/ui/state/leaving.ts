import { effect } from "@preact/signals";
import { counts } from "./queue.js";

/** Has the browser ask before the page goes, while images wait or results were not exported. */
export function askBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  return effect(() => {
    if (counts.value.losable) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}
