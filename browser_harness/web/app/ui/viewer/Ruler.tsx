import { useLayoutEffect, useRef } from "preact/hooks";
import { formats, text } from "../../text/language.js";
import { rulerOf, spacingSeen } from "../state/header.js";
import { picture } from "../state/picture.js";
import { selected } from "../state/queue.js";
import { shownView } from "../state/stage.js";

/** Pixels of the screen that a ruler takes, at most. */
const ROOM = 140;

/** A length on the picture, where its file says how far pixels lie apart. */
export function Ruler() {
  const words = text.value.reading;
  const [now, shown, item] = [shownView.value, picture.value?.shown, selected.value];
  if (!now || !shown?.header?.spacing || !item) return null;
  const spacing = spacingSeen(shown.header.spacing, item.corrections);
  const pixel = (spacing.across * devicePixelRatio) / now.scale;
  const length = rulerOf(ROOM, pixel);
  const hints = [
    ...(spacing.atDetector ? [words.atDetector] : []),
    ...(Math.abs(spacing.down / spacing.across - 1) < 0.01 ? [] : [words.oblong]),
  ];
  return (
    <div class="ruler" title={hints.join("; ")}>
      <Bar width={length / pixel} />
      <span>{formats.value.number(length, length < 1 ? 1 : 0)} mm</span>
      {hints.length > 0 && <span class="ruler-hint">{hints.join("; ")}</span>}
    </div>
  );
}

/** By script, since the page's policy takes no styles from its text. */
function Bar({ width }: { readonly width: number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (bar.current) bar.current.style.width = `${width}px`;
  }, [width]);
  return <span class="ruler-bar" ref={bar} />;
}
