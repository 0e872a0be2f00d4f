import { NOTICE } from "./export_documents.js";
import { fileName, save } from "./exports.js";
import { change, digest, life, release, running, session, stop } from "./session.js";
import { updateStatus } from "./updates.js";

/** Saves what is needed to see why something does not run here; no image, no name, no result. */
export async function saveDiagnostics(): Promise<void> {
  const document = {
    notice: NOTICE,
    schema_version: 1,
    made: new Date().toISOString(),
    release: release.value?.release ?? null,
    version: release.value?.version ?? null,
    manifest_sha256: digest.value || null,
    tools: release.value?.tools ?? null,
    state: life.value,
    stop: stop.value,
    last_change: change.value?.reason ?? null,
    running: running.value,
    memory: await session.value?.memory().catch(() => null),
    storage: await storage(),
    updates: updateStatus.value,
    browser: {
      user_agent: navigator.userAgent,
      languages: navigator.languages,
      logical_processors: navigator.hardwareConcurrency,
      pixels: `${screen.width} x ${screen.height} at ${devicePixelRatio}`,
      secure_context: isSecureContext,
      cross_origin_isolated: crossOriginIsolated,
    },
  };
  const content = `${JSON.stringify(document, null, 2)}\n`;
  save(content, fileName("diagnostics", "json"), "application/json");
}

async function storage(): Promise<StorageEstimate | null> {
  try {
    return await navigator.storage.estimate();
  } catch {
    return null; // not on every address, nor in every window
  }
}
