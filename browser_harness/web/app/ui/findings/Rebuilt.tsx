import { useLayoutEffect, useRef } from "preact/hooks";
import { redrawn } from "../viewer/redrawn.js";
import { formats, text } from "../../text/language.js";
import type { Rebuilt as Pair, Square } from "../../host/seen.js";
import { errorsOf, redLayer } from "../viewer/overlay.js";

/** The autoencoder's input, its reconstruction, and the error in red over the image. */
export function Rebuilt({ rebuilt }: { readonly rebuilt: Pair }) {
  const words = text.value.findings.check;
  const errors = errorsOf(rebuilt);
  const most = errors ? errors.reduce((a, b) => Math.max(a, b), 0) : 0;
  return (
    <div class="rebuilt">
      <Small square={rebuilt.image} caption={words.image} label={words.image} />
      <Small
        square={rebuilt.reconstruction}
        caption={words.reconstruction}
        label={words.reconstruction}
      />
      {errors && (
        <Small
          square={rebuilt.image}
          errors={errors}
          caption={words.error}
          label={words.errorLabel(formats.value.percent(most))}
        />
      )}
    </div>
  );
}

interface SmallProps {
  readonly square: Square;
  readonly errors?: Float32Array;
  readonly caption: string;
  readonly label: string;
}

function Small({ square, errors, caption, label }: SmallProps) {
  const place = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = place.current?.getContext("2d");
    context?.putImageData(imageOf(square, errors), 0, 0);
  }, [square, errors, redrawn.value]);
  return (
    <figure>
      <canvas ref={place} width={square.size} height={square.size} role="img" aria-label={label} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

function imageOf({ size, values, low, high }: Square, errors?: Float32Array): ImageData {
  const image = new ImageData(size, size);
  const red = errors && redLayer(errors, size).rgba;
  for (let i = 0; i < size * size; i++) {
    const gray = Math.min(255, Math.max(0, (((values[i] as number) - low) / (high - low)) * 255));
    const share = red ? (red[4 * i + 3] as number) / 255 : 0;
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = gray * (1 - share) + (red ? (red[4 * i + c] as number) : 0) * share;
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}
