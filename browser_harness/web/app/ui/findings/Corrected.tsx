import { text } from "../../text/language.js";
import type { Corrections } from "../../host/types.js";
import { Icon } from "../page/Icon.js";
import { areOffered, remedyFor, withChange } from "../state/corrections.js";
import type { Item } from "../state/items.js";
import { correctItem } from "../state/queue.js";
import { release } from "../state/session.js";

/** What was corrected, in words; null where nothing was. */
export function correctedWords(corrections: Corrections): string | null {
  if (corrections.length === 0) return null;
  const { done, said } = text.value.corrections;
  return said(corrections.map((one) => done[one]).join(", "));
}

/** That an image was corrected by hand, wherever its results stand. */
export function Corrected({ corrections }: { readonly corrections: Corrections }) {
  const words = correctedWords(corrections);
  if (words === null) return null;
  return (
    <p class="note calm corrected with-icon">
      <Icon name="info" />
      {words}
    </p>
  );
}

/** A button that undoes the reason of a refusal and asks again, where the release has verified it. */
export function CorrectionOffer({ item }: { readonly item: Item }) {
  const words = text.value.corrections;
  const reason = item.result?.check?.reason;
  const change = reason ? remedyFor(reason, item.corrections) : null;
  if (!reason || !change) return null;
  const next = withChange(item.corrections, change);
  if (!areOffered(next, release.value?.corrections ?? [])) return null;
  const remedies: Readonly<Record<string, string>> = words.remedies;
  return (
    <p class="correction-offer">
      <button type="button" class="primary" onClick={() => correctItem(item.id, next)}>
        {remedies[reason] ?? words.remedies.crop}
      </button>
    </p>
  );
}
