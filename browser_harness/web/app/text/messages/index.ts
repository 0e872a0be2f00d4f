import { about } from "./about.js";
import { corrections } from "./corrections.js";
import { findings } from "./findings.js";
import { images } from "./images.js";
import { many } from "./many.js";
import { page } from "./page.js";
import { reading } from "./reading.js";

/** Every message of the page: an empty list for words, the names of its variables for a sentence. */
export const MESSAGES = { page, images, corrections, reading, many, findings, about } as const;
