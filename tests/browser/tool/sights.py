"""What a person sees of the tool at every size of window, in whatever browser.

One open page is resized through all sizes. Parts are looked for where they are drawn and where a
finger would hit them, and the image by its gray levels: a viewer that is 0 pixels high has all its
elements.
"""

from __future__ import annotations

SIDES = (
    *((360, 740), (390, 844), (768, 1024), (820, 1180)),
    *((1024, 1366), (1280, 800), (1440, 900), (1920, 1080)),
)
SIZES = (*(size for side in SIDES for size in (side, side[::-1])), (1024, 768))
"""Width and height in pixels, both ways round."""

FIRST_FINDING = 1200
"""Pixels of the page above the first finding, at most, while nothing is explained."""


def sizes_of(state: str) -> list[tuple[int, int]]:
    """The sizes at which a state is looked at: without an overlay, those of one column."""
    return [(width, height) for width, height in SIZES if state != "findings" or width < 720]


LOOK = """async (win, state, mostAbove) => {
  const { document, innerWidth, innerHeight } = win;
  const said = [];
  const one = (selector) => document.querySelector(selector);
  const levelsDrawn = () => {
    const canvas = one(".stage-canvas");
    if (canvas.width * canvas.height === 0) return 0;
    const context = canvas.getContext("2d");
    const row = context.getImageData(0, canvas.height >> 1, canvas.width, 1).data;
    return new Set(row.filter((_, i) => i % 4 === 0)).size;
  };
  const box = (part) => part.getBoundingClientRect();
  const strip = box(one(".strip")).bottom;
  const top = () => {
    win.scrollTo(0, 0);
    for (const part of document.querySelectorAll(".card, .banners")) part.scrollTop = 0;
  };
  // Whether all of it is in the window, and is what is hit in its middle.
  const seen = (part) => {
    const { left, top, right, bottom } = box(part);
    const across = left >= 0 && right <= innerWidth;
    const inside = across && top >= strip - 1 && bottom <= innerHeight + 1;
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return inside && hit !== null && (part.contains(hit) || hit.contains(part));
  };
  const look = (name, selector, width, height, within) => {
    const part = one(selector);
    if (!part) return void said.push(`${name} is missing`);
    const now = box(part);
    if (now.width < width || now.height < height) {
      said.push(`${name} is ${Math.round(now.width)} × ${Math.round(now.height)}`);
    }
    if (seen(part)) return;
    if (within) return void said.push(`${name} is not in sight at first`);
    part.scrollIntoView({ block: "center" });
    if (!seen(part)) said.push(`${name} is not in sight where it is scrolled to`);
    top();
  };
  top();
  if (document.documentElement.scrollWidth > innerWidth) said.push("it scrolls sideways");
  if (state === "consent") look("the button", ".consent-actions button", 200, 44, true);
  if (state === "ready") look("the button", ".add .for-files label", 120, 44, true);
  if (state === "consent" || state === "ready") return said;

  const roomy = innerWidth >= 720 && innerHeight >= 700;
  const film = innerWidth >= 1024 ? 480 : Math.min(360, innerWidth - 80);
  look("the image", ".stage-canvas", film, innerHeight >= 700 ? 280 : 190, roomy);
  const first = one("#calibrated tbody tr");
  look("the first finding", "#calibrated tbody tr", 200, 30, roomy);
  look("its button", "#calibrated tbody tr .why button", 60, 30, roomy);
  const above = box(first).top + win.scrollY;
  if (state === "findings" && above > mostAbove) said.push(`${Math.round(above)} pixels above it`);
  if (state === "explained") {
    look("the overlay's head", ".overlay .overlay-head", 200, 30, roomy);
    look("the overlay's legend", ".overlay .legend", 200, 10, false);
  }
  if (state !== "explained") return said;
  // Where parts are is known at once; what is drawn comes with a frame.
  const began = win.performance.now();
  while (levelsDrawn() < 20 && win.performance.now() < began + 15000) {
    await new Promise((go) => setTimeout(go, 20));
  }
  if (levelsDrawn() < 20) said.push(`the image is drawn in ${levelsDrawn()} levels`);
  return said;
}"""
