import { fetchVerified } from "../../../engine/files.js";
import type { Example } from "../../host/manifest.js";
import { BASE } from "./session.js";

/** Fetches an image that comes with the release. Throws EngineError. */
export async function fetchExample({ path, sha256, bytes }: Example): Promise<File> {
  const content = await fetchVerified(BASE + path, { sha256, bytes }, path);
  return new File([content], path.split("/").pop() ?? path, { type: "image/png" });
}
