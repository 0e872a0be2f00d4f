import { CORRECTIONS, quartersOf, type Correction } from "../../../engine/picture/corrections.js";
import type { Reason } from "../../host/seen.js";
import type { Corrections } from "../../host/types.js";

/** What a person asks for, of the image as it is to be seen now. */
export type Change = "left" | "right" | "mirror" | "invert" | "crop" | "flip" | "half";

const TURN: readonly (Correction | null)[] = [null, "turn-90", "turn-180", "turn-270"];

/** What undoes each reason of a refusal that can be undone; `crop` is worth a try for others. */
const REMEDIES: Readonly<Partial<Record<Reason, Change>>> = {
  "turned-clockwise": "left",
  "turned-180": "half",
  "turned-counter-clockwise": "right",
  "upside-down": "flip",
  inverted: "invert",
  "too-dark": "crop",
  "too-bright": "crop",
  "not-frontal": "crop",
  unlike: "crop",
};

/**
 * The corrections of the file's image after one more of what is to be seen, in their order: of a
 * mirrored image, a turn to the right is one to the left of the file's.
 */
export function withChange(corrections: Corrections, change: Change): Corrections {
  switch (change) {
    case "left":
      return turned(corrections, -1);
    case "right":
      return turned(corrections, 1);
    case "half":
      return turned(corrections, 2);
    case "flip":
      return toggled(turned(corrections, 2), "mirror");
    case "crop":
      return toggled(corrections, "crop-border");
    default:
      return toggled(corrections, change);
  }
}

/** What a refusal for this reason offers; null where nothing would help, or it was done. */
export function remedyFor(reason: Reason, corrections: Corrections): Change | null {
  const change = REMEDIES[reason] ?? null;
  return change === "crop" && corrections.includes("crop-border") ? null : change;
}

/** Whether a release has verified all of them. */
export function areOffered(corrections: Corrections, verified: Corrections): boolean {
  return corrections.every((one) => verified.includes(one));
}

function turned(corrections: Corrections, quarters: number): Corrections {
  const way = corrections.includes("mirror") ? -quarters : quarters;
  const turn = TURN[(quartersOf(corrections) + way + 4) % 4];
  return CORRECTIONS.filter((one) => {
    return TURN.includes(one) ? one === turn : corrections.includes(one);
  });
}

function toggled(corrections: Corrections, which: Correction): Corrections {
  return CORRECTIONS.filter((one) => corrections.includes(one) !== (one === which));
}
