/** Gray levels, row by row. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8Array | Uint16Array;
}

/** The smallest plane's longer side is at most this. */
const SMALL = 256;

/**
 * Halves of a picture (means of 2 × 2), each half as large as the one before, the picture first.
 *
 * Drawing a large picture small reads the plane that is a little larger than what is drawn, so that
 * it does not flicker, and every level of the picture stays what it is until the window is applied.
 */
export function pyramidOf(picture: Plane): readonly Plane[] {
  const planes: Plane[] = [picture];
  for (;;) {
    const last = planes[planes.length - 1] as Plane;
    if (Math.max(last.width, last.height) <= SMALL || Math.min(last.width, last.height) < 2) {
      return planes;
    }
    planes.push(halved(last));
  }
}

function halved({ width, height, levels }: Plane): Plane {
  const [across, down] = [width >> 1, height >> 1];
  const half =
    levels instanceof Uint8Array ? new Uint8Array(across * down) : new Uint16Array(across * down);
  for (let y = 0; y < down; y++) {
    let above = 2 * y * width;
    let to = y * across;
    for (let x = 0; x < across; x++, above += 2) {
      const below = above + width;
      const four =
        (levels[above] as number) +
        (levels[above + 1] as number) +
        (levels[below] as number) +
        (levels[below + 1] as number);
      half[to++] = (four + 2) >> 2;
    }
  }
  return { width: across, height: down, levels: half };
}
