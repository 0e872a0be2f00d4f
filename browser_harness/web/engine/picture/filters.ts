/** The filters that images are scaled with; defined in reference/preprocess/resample.py, operation by operation. */
export type Resampler = "box" | "bilinear" | "bicubic" | "lanczos";

/** A filter's half width in input pixels, when enlarging. */
export const RADIUS: Readonly<Record<Resampler, number>> = {
  box: 0.5,
  bilinear: 1,
  bicubic: 2,
  lanczos: 3,
};

/** The weight at a distance of `x`, not yet divided by the sum of all weights. */
export function weightAt(resampler: Resampler, x: number): number {
  const a = Math.abs(x);
  switch (resampler) {
    case "box":
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    case "bilinear":
      return Math.max(0, 1 - a);
    case "bicubic":
      if (a < 1) return (1.5 * a - 2.5) * a * a + 1;
      return a < 2 ? (((a - 5) * a + 8) * a - 4) * -0.5 : 0;
    case "lanczos":
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
}

const SINE = [
  3.141592653589793, -5.16771278004997, 2.5501640398773455, -0.5992645293207921,
  0.08214588661112823, -0.0073704309457143504, 0.00046630280576761255, -2.1915353447830217e-5,
  7.952054001475513e-7,
] as const;

const COSINE = [
  1, -4.934802200544679, 4.0587121264167685, -1.3352627688545895, 0.2353306303588932,
  -0.02580689139001406, 0.0019295743094039231, -0.0001046381049248457, 4.303069587032947e-6,
] as const;

function sinc(x: number): number {
  return x === 0 ? 1 : sinpi(x) / (SINE[0] * x);
}

/** sin(pi x), to the last bit the same everywhere, which Math.sin is not. */
function sinpi(x: number): number {
  const nearest = Math.floor(x + 0.5);
  const rest = x - nearest;
  const away = Math.abs(rest);
  const short = 0.5 - away;
  const sine =
    away <= 0.25 ? away * polynomial(SINE, away * away) : polynomial(COSINE, short * short);
  const odd = nearest - 2 * Math.floor(nearest / 2) === 1;
  return rest < 0 !== odd ? -sine : sine;
}

function polynomial(coefficients: readonly number[], t: number): number {
  let value = coefficients[coefficients.length - 1] as number;
  for (let i = coefficients.length - 2; i >= 0; i--) {
    value = value * t + (coefficients[i] as number);
  }
  return value;
}
