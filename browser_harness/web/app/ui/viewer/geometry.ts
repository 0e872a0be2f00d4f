import type { Region } from "../../host/types.js";

/** A width and a height, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What of a picture a stage shows: the picture's point in its middle, and its magnification. */
export interface View {
  /** In the picture's pixels. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the stage for each pixel of the picture. */
  readonly scale: number;
}

/** Pixels of the stage for a pixel of the picture, at most. */
const LARGEST = 32;

/** The whole picture, in the middle, as large as fits. */
export function fitted(picture: Size, stage: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height);
  return { x: picture.width / 2, y: picture.height / 2, scale: scale > 0 ? scale : 1 };
}

/**
 * Magnifies by a factor and leaves the picture's point under (x, y), stage pixels, where it is.
 *
 * The picture never becomes smaller than it fits.
 */
export function zoomed(
  view: View,
  factor: number,
  at: { readonly x: number; readonly y: number },
  picture: Size,
  stage: Size,
): View {
  const least = fitted(picture, stage).scale;
  const scale = Math.min(Math.max(LARGEST, least), Math.max(least, view.scale * factor));
  const [dx, dy] = [at.x - stage.width / 2, at.y - stage.height / 2];
  const moved = {
    x: view.x + dx / view.scale - dx / scale,
    y: view.y + dy / view.scale - dy / scale,
    scale,
  };
  return held(moved, picture, stage);
}

/** Moves the picture by so many pixels of the stage. */
export function panned(view: View, dx: number, dy: number, picture: Size, stage: Size): View {
  return held(
    { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale },
    picture,
    stage,
  );
}

/** No empty margin where the picture could fill the stage; in the middle where it cannot. */
export function held(view: View, picture: Size, stage: Size): View {
  const along = (middle: number, length: number, room: number) => {
    const half = room / view.scale / 2;
    return half * 2 >= length ? length / 2 : Math.min(length - half, Math.max(half, middle));
  };
  return {
    scale: view.scale,
    x: along(view.x, picture.width, stage.width),
    y: along(view.y, picture.height, stage.height),
  };
}

/** Where a region of the picture lies on the stage. */
export function onStage(region: Region, view: View, stage: Size): Region {
  return {
    x: (region.x - view.x) * view.scale + stage.width / 2,
    y: (region.y - view.y) * view.scale + stage.height / 2,
    width: region.width * view.scale,
    height: region.height * view.scale,
  };
}

/** Whether the view is the whole picture. */
export function isFitted(view: View, picture: Size, stage: Size): boolean {
  return view.scale <= fitted(picture, stage).scale * 1.0001;
}
