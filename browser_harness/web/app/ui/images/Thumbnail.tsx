import { useLayoutEffect, useRef } from "preact/hooks";
import type { Thumb } from "../state/items.js";
import { redrawn } from "../viewer/redrawn.js";
import { Icon } from "../page/Icon.js";

/** A small picture; decoration beside the file's name. */
export function Thumbnail({ thumb }: { readonly thumb: Thumb | null }) {
  const place = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!thumb || !place.current) return;
    const image = new ImageData(thumb.size, thumb.size);
    new Uint32Array(image.data.buffer).set(
      Uint32Array.from(thumb.levels, (level) => 0xff000000 | (level * 0x010101)),
    );
    place.current.getContext("2d")?.putImageData(image, 0, 0);
  }, [thumb, redrawn.value]);
  if (!thumb) {
    return (
      <span class="thumb empty" aria-hidden="true">
        <Icon name="file" />
      </span>
    );
  }
  return (
    <canvas ref={place} class="thumb" width={thumb.size} height={thumb.size} aria-hidden="true" />
  );
}
