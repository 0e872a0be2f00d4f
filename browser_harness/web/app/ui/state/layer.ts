import { computed } from "@preact/signals";
import type { Explanation, Region } from "../../host/types.js";
import {
  blurred,
  colouredLayer,
  errorsOf,
  redLayer,
  sharesOf,
  type Layer,
} from "../viewer/overlay.js";
import { explanation, mapKind, overlay, smooth, type MapKind } from "./explaining.js";
import { picture } from "./picture.js";
import { selected } from "./queue.js";

/** What is drawn over the picture, and where. */
export interface Placed {
  readonly layer: Layer;
  readonly region: Region;
}

/** The map that is shown of an explanation; a release may have only one kind. */
export function kindOf(found: Explanation, wanted: MapKind): MapKind {
  return wanted === "cam" && !found.cam ? "saliency" : wanted;
}

/** Null without an overlay, and where a map is empty. */
export const layer = computed((): Placed | null => {
  const shown = picture.value?.shown;
  if (!shown) return null;
  const over = overlay.value;
  if (over.kind === "error") {
    const rebuilt = selected.value?.result?.rebuilt;
    const errors = rebuilt && errorsOf(rebuilt);
    if (!rebuilt || !errors || !shown.rebuilt) return null;
    return { layer: redLayer(errors, rebuilt.image.size), region: shown.rebuilt };
  }
  const found = explanation.value;
  const drawn = found && layerOf(found, mapKind.value, smooth.value);
  return drawn ? { layer: drawn, region: shown.region } : null;
});

/** Whether a finding's map was computed and has nothing to show. */
export const mapIsEmpty = computed(() => explanation.value !== null && layer.value === null);

function layerOf(found: Explanation, wanted: MapKind, smoothed: boolean): Layer | null {
  if (kindOf(found, wanted) === "cam" && found.cam && found.camSize) {
    const shares = sharesOf(found.cam);
    const [height, width] = found.camSize;
    return shares && colouredLayer(shares, width, height, smoothed);
  }
  const { saliency, size } = found;
  const shares = sharesOf(smoothed ? blurred(saliency, size, size) : saliency);
  return shares && colouredLayer(shares, size, size, smoothed);
}
