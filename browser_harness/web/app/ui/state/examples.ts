import type { Example } from "../../host/manifest.js";
import { fetchOne } from "../../host/models.js";
import { BASE } from "./session.js";

/** An image that comes with the release, from what is kept of it if anything is. Throws EngineError. */
export async function fetchExample({ path, sha256, bytes }: Example): Promise<File> {
  const content = await fetchOne({ path, sha256, bytes }, BASE);
  return new File([content], path.split("/").pop() ?? path, { type: "image/png" });
}
