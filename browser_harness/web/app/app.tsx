import { fetchModels, openSession, parseManifest, type Manifest } from "./host/index.js";
import { Updates } from "./offline/updates.js";
import { start } from "./ui/start.js";
import { BASE, digest } from "./ui/state/session.js";

start({
  open: openSession,
  updater: (onChange) =>
    new Updates<Manifest>({
      base: BASE,
      digest: digest.value,
      read: (text) => parseManifest(new TextEncoder().encode(text)),
      fetchModels: async (manifest, progress, signal) => {
        await fetchModels(manifest, BASE, ({ done, total }) => progress(done, total), signal);
      },
      onChange,
    }),
});
