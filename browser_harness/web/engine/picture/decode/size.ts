import { MAX_BYTES, MAX_PIXELS, MAX_SIDE } from "../picture.js";
import { refusal, SMALLER } from "./refusal.js";

/** Checks a header's size before anything of that size is allocated. Throws EngineError. */
export function requireSize(width: number, height: number): void {
  if (width < 1 || height < 1)
    throw refusal(`the image is ${width}x${height}, without pixels`, undefined, "damaged");
  if (Math.max(width, height) > MAX_SIDE) {
    throw refusal(
      `the image claims ${width}x${height} pixels, ${MAX_SIDE} is the widest`,
      SMALLER,
      "too-large",
    );
  }
  if (width * height > MAX_PIXELS) {
    const limit = MAX_PIXELS.toLocaleString("en-US");
    throw refusal(
      `the image claims ${width}x${height} pixels, the limit is ${limit}`,
      SMALLER,
      "too-large",
    );
  }
}

/** The error of a file above MAX_BYTES. */
export function tooLarge(bytes: number) {
  const [has, limit] = [bytes, MAX_BYTES].map((count) => count.toLocaleString("en-US"));
  return refusal(`the file has ${has} bytes, the limit is ${limit}`, SMALLER, "too-large");
}
