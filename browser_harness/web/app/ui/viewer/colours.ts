export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Stops of the map's colours from low to high: night blue over petrol and olive to pale yellow.
 *
 * Lightness rises evenly, so the order survives gray prints, and blue to yellow is told apart with
 * every common colour vision.
 */
export const STOPS: readonly Rgb[] = [
  [18, 20, 72],
  [30, 60, 126],
  [44, 104, 142],
  [76, 146, 128],
  [146, 182, 92],
  [224, 208, 84],
  [255, 240, 168],
];

/** The colour of a share from 0 to 1. */
export function colourOf(share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  const [from, to] = [STOPS[low] as Rgb, STOPS[low + 1] as Rgb];
  const between = (i: 0 | 1 | 2) => from[i] + (to[i] - from[i]) * (place - low);
  return [between(0), between(1), between(2)];
}

/** CIE lightness L*, 0 to 100, of an sRGB colour. */
export function lightnessOf([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const y = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return y <= 216 / 24389 ? (y * 24389) / 27 : 116 * Math.cbrt(y) - 16;
}

/** The map from left to right as a CSS image. */
export function gradientOf(stops: readonly Rgb[]): string {
  return `linear-gradient(to right, ${stops.map((stop) => `rgb(${stop.join(", ")})`).join(", ")})`;
}
