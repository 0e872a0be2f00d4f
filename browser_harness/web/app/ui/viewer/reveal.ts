/** Scrolls to the picture where it is not in view, as on a phone, when something is drawn over it. */
export function revealStage(): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = calm ? "auto" : "smooth";
  document.querySelector(".stage-frame")?.scrollIntoView({ block: "nearest", behavior });
}
