import "../witness/witness.js"; // first, as in the workers
import {
  fetchModels,
  ManifestError,
  openSession,
  parseManifest,
  type Fetched,
  type Manifest,
} from "./host/index.js";
import { Updates } from "./offline/updates.js";
import { start } from "./ui/start.js";
import { BASE, digest } from "./ui/state/session.js";

void start({
  open: openSession,
  updater: (onChange) =>
    new Updates<Manifest>({
      base: BASE,
      digest: digest.value,
      read: readNewer,
      fetchModels: async (manifest, progress, signal) => {
        const tell = ({ done, total }: Fetched) => progress(done, total);
        const { unstored } = await fetchModels(manifest, BASE, tell, signal);
        if (unstored) throw new Error(`the browser does not keep the models (${unstored})`);
      },
      onChange,
    }),
});

/** Throws ManifestError; a later version of the manifest is for that release's own page. */
function readNewer(text: string): Manifest | null {
  try {
    return parseManifest(new TextEncoder().encode(text));
  } catch (error) {
    if (error instanceof ManifestError && error.code === "version") return null;
    throw error;
  }
}
