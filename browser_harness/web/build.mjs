// Bundles the engine once, then the three pages that share it, the worker that decodes pictures and
// its codecs, into dist/.
//
// dist/engine.js is one file with a fixed name: the pages that CI and bench drive and the deployed
// page load the same bytes. `node build.mjs FOLDER` builds elsewhere. Nothing here depends on time, chance or the machine, so a rebuild is identical.
import { build } from "esbuild";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.resolve(process.argv[2] ?? path.join(here, "dist"));
const modules = path.join(here, "node_modules");
const wasm = path.join(modules, "@tensorflow/tfjs-backend-wasm/wasm-out");
const node = ["fs", "path", "crypto", "url"];

/** Decoders that the worker of pictures loads on first need: a script and a .wasm each. */
const codecs = {
  "codec-jpeg": "@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode",
  "codec-jpeg-ls": "@cornerstonejs/codec-charls/dist/charlswasm_decode",
  "codec-jpeg-2000": "@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode",
};

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  legalComments: "linked",
  minify: true,
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
};

/** Leaves imports of engine/index.ts in place, as imports of the engine.js beside the page. */
const sharedEngine = {
  name: "shared-engine",
  setup({ onResolve }) {
    onResolve({ filter: /\/engine\/index\.js$/ }, () => ({ path: "./engine.js", external: true }));
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({ ...common, entryPoints: ["engine/index.ts"], outfile: path.join(dist, "engine.js") });
await build({
  ...common,
  entryPoints: { runner: "runner/runner.ts", bench: "bench/bench.ts", app: "app/app.ts" },
  outdir: dist,
  plugins: [sharedEngine],
});
await build({
  ...common,
  entryPoints: { "picture.worker": "engine/picture_worker.ts" },
  outdir: dist,
});
for (const [name, file] of Object.entries(codecs)) {
  const script = path.join(modules, `${file}.js`);
  // The scripts of emscripten name modules of Node.js that a browser never asks them for.
  await build({ ...common, entryPoints: { [name]: script }, outdir: dist, external: node });
  await cp(path.join(modules, `${file}.wasm`), path.join(dist, `${name}.wasm`));
}
await cp(
  path.join(modules, "@cwasm/jpeg-turbo/jpeg-turbo.wasm"),
  path.join(dist, "codec-jpeg-cmyk.wasm"),
);
await cp(path.join(here, "legal/codecs.LEGAL.txt"), path.join(dist, "codecs.LEGAL.txt"));
await build({ ...common, entryPoints: ["app/app.css"], outfile: path.join(dist, "app.css") });
await cp(path.join(here, "runner/runner.html"), path.join(dist, "runner.html"));
await cp(path.join(here, "bench/bench.html"), path.join(dist, "bench.html"));
await cp(path.join(here, "app/index.html"), path.join(dist, "index.html"));
for (const name of (await readdir(wasm)).filter((file) => file.endsWith(".wasm"))) {
  await cp(path.join(wasm, name), path.join(dist, name));
}
