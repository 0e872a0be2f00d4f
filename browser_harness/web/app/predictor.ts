export type * from "./host/seen.js";
