import { about } from "./de/about.js";
import { corrections } from "./de/corrections.js";
import { findings } from "./de/findings.js";
import { images } from "./de/images.js";
import { page } from "./de/page.js";
import { reading } from "./de/reading.js";
import type { Catalogue } from "./en.js";

export const de: Catalogue = { page, images, corrections, reading, findings, about };
