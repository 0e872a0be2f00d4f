import { about } from "./en/about.js";
import { corrections } from "./en/corrections.js";
import { findings } from "./en/findings.js";
import { images } from "./en/images.js";
import { page } from "./en/page.js";
import { reading } from "./en/reading.js";

/** English, and by its type what every other language has to have. */
export const en = { page, images, corrections, reading, findings, about };

export type Catalogue = typeof en;
