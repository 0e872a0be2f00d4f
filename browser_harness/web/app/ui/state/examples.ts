import { fetchVerified } from "../../../engine/index.js";
import type { Manifest } from "../../manifest.js";
import { BASE } from "./session.js";

/** An image that comes with the release. */
export interface Example {
  readonly title: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export function examplesOf(manifest: Manifest | null): readonly Example[] {
  return (manifest as (Manifest & { readonly examples?: readonly Example[] }) | null)?.examples ?? [];
}

/** Fetches an example. Throws EngineError `file-refused` when it is not the release's. */
export async function fetchExample({ path, sha256, bytes }: Example): Promise<File> {
  const content = await fetchVerified(BASE + path, { sha256, bytes }, path);
  return new File([content as BlobPart], path.split("/").pop() ?? path, { type: "image/png" });
}
