import { formats, text } from "../../text/language.js";
import { picture, window_ } from "../state/picture.js";
import { Slider } from "./Slider.js";
import { levelledOf, windowOf } from "./window.js";

interface PresetsProps {
  readonly own: readonly [low: number, high: number];
  readonly white: number;
}

/** The file's own window and what suits most films, one click each. */
function WindowPresets({ own, white }: PresetsProps) {
  const words = text.value.reading;
  const presets = [
    [words.own, own[0], own[1]],
    [words.all, 0, white],
    [words.dark, 0, white / 2],
    [words.bright, white / 2, white],
  ] as const;
  return (
    <div class="presets" role="group" aria-label={words.presets}>
      {presets.map(([name, low, high]) => (
        <button
          key={name}
          type="button"
          class="small"
          aria-pressed={window_.value.low === low && window_.value.high === high}
          onClick={() => (window_.value = { low, high })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

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
      <p class="quiet">{text.value.reading.viewAlone}</p>
      <WindowPresets own={shown.window} white={white} />
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
