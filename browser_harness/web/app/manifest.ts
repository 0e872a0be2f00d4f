export type { Manifest } from "./host/manifest.js";
