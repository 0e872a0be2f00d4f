// Builds the engine once, then everything that shares it, with Vite, into dist/.
//
// dist/engine.js is one file with a fixed name: the pages that CI and bench drive, the deployed page
// and its worker load the same bytes. `node build.mjs FOLDER` builds elsewhere. Nothing here depends
// on time, chance or the machine, so a rebuild is identical.
import { createHash } from "node:crypto";
import { cp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { build } from "vite";
import { kernels, operators } from "./kernels.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.resolve(process.argv[2] ?? path.join(here, "dist"));
const modules = path.join(here, "node_modules");
const wasm = path.join(modules, "@tensorflow/tfjs-backend-wasm/wasm-out");

/** Versions of the packages that ship, by name: each is pinned exactly. */
const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));

/** What `xport bench` compares with, for the page that measures alone. */
const onnxRuntime = [
  ...["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"],
];

/** What the pages are built from; setup.py, which refuses a page of other sources, names the same. */
const sources = [
  ...["app", "bench", "engine", "legal", "runner", "witness"],
  ...["build.mjs", "kernels.mjs", "package-lock.json", "package.json", "tsconfig.json"],
];

/** Decoders that the worker of pictures loads on first need: a script and a .wasm each. */
const codecs = {
  "codec-jpeg": "@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode",
  "codec-jpeg-ls": "@cornerstonejs/codec-charls/dist/charlswasm_decode",
  "codec-jpeg-2000": "@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode",
};

/** Leaves imports of engine/index.ts in place, as imports of the engine.js beside the page. */
const sharedEngine = {
  name: "shared-engine",
  enforce: "pre",
  resolveId: (source) =>
    /\/engine\/index\.js$/.test(source) ? { id: "./engine.js", external: "relative" } : null,
};

/** Leaves imports of the witness in place too: one file, whose bytes every script begins with. */
const sharedWitness = {
  name: "shared-witness",
  enforce: "pre",
  resolveId: (source) =>
    /\/witness\/witness\.js$/.test(source) ? { id: "./witness.js", external: "relative" } : null,
};

/** Keeps TF.js out of the page's own thread: it runs in engine.worker.js. */
const withoutEngine = {
  name: "without-engine",
  enforce: "pre",
  resolveId(source, importer) {
    if (/\/engine\/index\.js$/.test(source)) throw new Error(`${importer} imports TF.js`);
    return null;
  },
};

/**
 * Takes the address of the script out of TF.js's WebAssembly modules; a module script has none.
 *
 * Their threads are started from the source text of one function, in which a variable from outside
 * it would be unknown, and the minifier makes an unguarded use of the guarded one there.
 */
const withoutScriptAddress = {
  name: "without-script-address",
  transform(code, id) {
    if (!/wasm-out\/tfjs-backend-wasm(-threaded-simd)?\.js$/.test(id)) return null;
    const declared = /var _scriptDir = [^;]*;\s*if \(typeof __filename[^;]*;/;
    if (!declared.test(code)) throw new Error(`${id}: _scriptDir is not declared as it was`);
    // In the module without threads the use is not guarded, so it goes as well.
    const used = "if(_scriptDir){scriptDirectory=_scriptDir}";
    return { code: code.replace(declared, "").replace(used, ""), map: null };
  },
};

/**
 * Takes TF.js's core without its optimizers, as a bundle of its own may: index.js registers them for
 * saved trainings, and has nothing else that base.js has not.
 */
const withoutOptimizers = {
  name: "without-optimizers",
  enforce: "pre",
  resolveId: { filter: { id: /^@tensorflow\/tfjs-core$/ }, handler: () => "\0tfjs-core" },
  load: {
    filter: { id: /^\0tfjs-core$/ },
    handler() {
      const core = path.join(modules, "@tensorflow/tfjs-core/dist");
      return `import "${core}/base_side_effects.js"; export * from "${core}/base.js";`;
    },
  },
};

/**
 * Leaves `import()` as it is: Vite's wrapper loads style sheets too, and turns what a worker could not
 * import into an error of its own, for want of a window.
 */
const withoutPreloading = {
  name: "without-preloading",
  enforce: "pre",
  load: {
    filter: { id: /^\0vite\/preload-helper\.js$/ },
    handler: () => "export const __vitePreload = (load) => load();",
  },
};

/** The codecs' scripts name modules of Node.js that a browser never asks them for. */
const withoutNode = {
  name: "without-node",
  enforce: "pre",
  resolveId: (source) => (["fs", "path", "crypto", "url"].includes(source) ? source : null),
  load: (id) => (["fs", "path", "crypto", "url"].includes(id) ? "export default {};" : null),
};

/** Builds one script, and what it imports on demand, under fixed names. */
async function script(name, entry, { plugins = [sharedEngine], licenses = false } = {}) {
  await build({
    configFile: false,
    root: here,
    logLevel: "warn",
    plugins: [sharedWitness, ...plugins],
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      target: "es2022",
      outDir: dist,
      emptyOutDir: false,
      copyPublicDir: false,
      modulePreload: false,
      license: licenses && { fileName: `licenses/${name}.md` },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: { [name]: entry },
        preserveEntrySignatures: "allow-extension",
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: `${name}.[name].js`,
          // What a script imports before it runs is in it, whoever else imports it too.
          codeSplitting: { groups: [{ name, tags: ["$initial"] }] },
          assetFileNames: "[name][extname]",
        },
      },
    },
  });
}

/** SHA-256 of every file in a folder, or of a file, by its path from `root`, in order. */
async function digests(root, names) {
  const found = {};
  for (const name of [...names].sort()) {
    const folder = await readdir(path.join(root, name)).catch(() => null);
    if (folder !== null) {
      Object.assign(
        found,
        await digests(
          root,
          folder.map((one) => `${name}/${one}`),
        ),
      );
    } else if (!/(\.test\.ts|README\.md)$/.test(name)) {
      const content = await readFile(path.join(root, name));
      found[name] = createHash("sha256").update(content).digest("hex");
    }
  }
  return found;
}

await rm(dist, { recursive: true, force: true });
await script("engine", "engine/index.ts", {
  plugins: [kernels, withoutOptimizers, withoutScriptAddress, withoutPreloading],
  licenses: true,
});
await writeFile(
  path.join(dist, "engine-operators.json"),
  `${JSON.stringify(Object.keys(operators), null, 2)}\n`,
);
await script("witness", "witness/witness.ts");
await script("runner", "runner/runner.ts");
await script("bench", "bench/bench.ts");
const undeployed = [
  ...["runner.js", "bench.js", "runner.html", "bench.html", "host.js"],
  ...["engine.gradient.js", "engine-operators.json", "licenses/ort.txt"],
  ...onnxRuntime.map((name) => `ort/${name}`),
];
await script("picture.worker", "engine/picture/worker.ts", { plugins: [], licenses: true });
for (const [name, file] of Object.entries(codecs)) {
  await script(name, path.join(modules, `${file}.js`), { plugins: [withoutNode] });
  await cp(path.join(modules, `${file}.wasm`), path.join(dist, `${name}.wasm`));
}
await cp(
  path.join(modules, "@cwasm/jpeg-turbo/jpeg-turbo.wasm"),
  path.join(dist, "codec-jpeg-cmyk.wasm"),
);
const codecTerms = await readFile(path.join(here, "legal/codecs.LEGAL.txt"), "utf8");
await writeFile(
  path.join(dist, "licenses/codecs.txt"),
  codecTerms.replace(/(@[\w-]+\/[\w-]+) \(/g, (_, name) => `${name} - ${dependencies[name]} (`),
);
for (const name of onnxRuntime) {
  await cp(path.join(modules, "onnxruntime-web/dist", name), path.join(dist, "ort", name));
}
await cp(path.join(here, "legal/ort.LEGAL.txt"), path.join(dist, "licenses/ort.txt"));
for (const name of (await readdir(wasm)).filter((file) => file.endsWith(".wasm"))) {
  await cp(path.join(wasm, name), path.join(dist, name));
}
await cp(path.join(here, "runner/runner.html"), path.join(dist, "runner.html"));
await cp(path.join(here, "bench/bench.html"), path.join(dist, "bench.html"));

await script("app", "app/app.tsx", {
  plugins: [withoutEngine, withoutPreloading],
  licenses: true,
});
await script("host", "app/host/index.ts", { plugins: [withoutEngine] }); // for tests alone
await script("engine.worker", "app/host/engine_worker.ts");
await script("sw", "app/offline/sw.ts", { plugins: [withoutEngine], licenses: true });
await cp(path.join(here, "app/static"), dist, { recursive: true });

// What the HTML loads is held to its bytes, so a page of two releases or a damaged one does not start.
const index = await readFile(path.join(dist, "index.html"), "utf8");
const held = await Promise.all(
  ["app.css", "app.js"].map(async (name) => {
    const sha384 = createHash("sha384").update(await readFile(path.join(dist, name)));
    return [`="${name}"`, `="${name}" integrity="sha384-${sha384.digest("base64")}"`];
  }),
);
await writeFile(
  path.join(dist, "index.html"),
  held.reduce((text, [plain, pinned]) => text.replace(plain, pinned), index),
);

// What the deployed page consists of, for whoever puts bundles together.
const made = await readdir(dist, { recursive: true, withFileTypes: true });
const deployed = made
  .filter((file) => file.isFile())
  .map((file) => path.relative(dist, path.join(file.parentPath, file.name)).replaceAll("\\", "/"))
  .filter((name) => !undeployed.includes(name))
  .sort();
await writeFile(path.join(dist, "app-files.json"), `${JSON.stringify(deployed, null, 2)}\n`);

// What the page is made of, and from: whoever packages it sees whether it is whole and up to date.
const files = await digests(dist, await readdir(dist));
await writeFile(
  path.join(dist, "build.json"),
  `${JSON.stringify({ files, sources: await digests(here, sources) }, null, 2)}\n`,
);
