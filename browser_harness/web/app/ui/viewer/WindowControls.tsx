import { formats, text } from "../../text/language.js";
import { picture, window_ } from "../state/picture.js";
import { Slider } from "./Slider.js";
import { levelledOf, windowOf } from "./window.js";

/** Level and width of the window, in the picture's own gray levels. */
export function WindowControls() {
  const words = text.value.images.viewer;
  const shown = picture.value?.shown;
  if (!shown) return null;
  const { white } = shown;
  const { level, width } = levelledOf(window_.value);
  const said = (value: number) => formats.value.count(Math.round(value));
  // To the right it becomes brighter, and richer in contrast, so the scales run backwards.
  const brightness = white - level;
  const contrast = 2 * white - width;
  return (
    <details class="windowing">
      <summary>{words.windowing}</summary>
      <Slider
        label={words.level}
        min={0}
        max={white}
        step={1}
        value={brightness}
        said={said(level)}
        set={(value) => (window_.value = windowOf({ level: white - value, width }, white))}
      />
      <Slider
        label={words.width}
        min={0}
        max={2 * white - 1}
        step={1}
        value={contrast}
        said={said(width)}
        set={(value) => (window_.value = windowOf({ level, width: 2 * white - value }, white))}
      />
    </details>
  );
}
