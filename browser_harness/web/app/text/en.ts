import { catalogueOf } from "./catalogue.js";
import source from "./languages/en.ftl?raw";

/** English: in the script itself, and what is said where another language cannot be had. */
export const en = catalogueOf({ tag: "en", direction: "ltr" }, source);
