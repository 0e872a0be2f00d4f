import { effect } from "@preact/signals";
import { counts } from "./queue.js";

/** Has the browser ask before the page goes, while there are results that were not exported. */
export function askBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  return effect(() => {
    if (counts.value.unexported > 0) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}
