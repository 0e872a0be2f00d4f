// Holds the sources to their floors, and to imports without circles. Imports of types count too.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

const ENGINE = ["engine", "engine/decide", "engine/picture", "engine/tfjs", "engine/index.ts"];
/** What the files of a folder, or one file, may import beside each other. */
const FLOORS = {
  witness: [],
  engine: [],
  "engine/decide": ["engine"],
  "engine/picture": ["engine", "witness"],
  "engine/tfjs": ["engine"],
  "engine/index.ts": ENGINE,
  runner: [...ENGINE, "witness"],
  bench: [...ENGINE, "runner", "witness"],
  "app/storage.ts": [],
  "app/text": ["app/storage.ts"],
  "app/host": [...ENGINE, "witness", "app/storage.ts"],
  "app/offline": ["engine", "app/storage.ts"],
  "app/ui": ["engine", "engine/picture", "app/storage.ts", "app/text", "app/host"],
  "app/app.tsx": ["witness", "app/host", "app/offline", "app/ui"],
};
/** Packages that one folder alone may import. */
const PACKAGES = {
  "@tensorflow/": "engine/tfjs",
  "@fluent/": "app/text",
  "kernels:": "engine/tfjs",
  preact: "app/ui",
};

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = ["witness", "engine", "runner", "bench", "app"]
  .flatMap((top) =>
    readdirSync(path.join(here, top), { recursive: true }).map((n) => `${top}/${n}`),
  )
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
const rooms = Object.keys(FLOORS).sort((one, other) => other.length - one.length);

/** The folder or file of FLOORS that a source belongs to. */
const roomOf = (file) => rooms.find((room) => file === room || file.startsWith(`${room}/`));

/** What a file imports: sources by their path from here, packages by name; and whether types only. */
function importsOf(file) {
  const text = readFileSync(path.join(here, file), "utf8");
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const static_ = module.staticImports.map(({ moduleRequest, entries }) => {
    const types = entries.length > 0 && entries.every(({ isType }) => isType);
    return { name: moduleRequest.value, types };
  });
  const again = module.staticExports
    .flatMap(({ entries }) => entries)
    .filter(({ moduleRequest }) => moduleRequest)
    .map(({ moduleRequest, isType }) => ({ name: moduleRequest.value, types: isType }));
  const dynamic = module.dynamicImports
    .map(({ moduleRequest: { start, end } }) => text.slice(start, end))
    .filter((literal) => literal.startsWith('"'))
    .map((literal) => ({ name: JSON.parse(literal), types: false }));
  return [...static_, ...again, ...dynamic].map((one) => ({
    ...one,
    name: resolved(file, one.name),
  }));
}

function resolved(file, name) {
  if (!name.startsWith(".")) return name;
  const target = path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, "");
  return sources.find((source) => source.replace(/\.tsx?$/, "") === target) ?? target;
}

/** What is wrong with one import, or null. */
function wrong(file, { name, types }) {
  const room = roomOf(file);
  if (!room) return "no floor is said for it";
  const [, owner] = Object.entries(PACKAGES).find(([prefix]) => name.startsWith(prefix)) ?? [];
  if (owner && !file.startsWith(`${owner}/`)) return `only ${owner} may import ${name}`;
  const to = sources.includes(name) ? roomOf(name) : room;
  if (to !== room && !FLOORS[room].includes(to)) return `${room} may not import ${name}`;
  const inside = file.startsWith("engine/");
  if (to === "engine/tfjs" && !inside && !types) return `${name} is imported by engine/index.ts`;
  return null;
}

/** A circle of imports that begins at one of these files, or null. */
function circleIn(graph) {
  const done = new Set();
  const visit = (file, trail) => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...trail, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

const imports = new Map(sources.map((file) => [file, importsOf(file)]));
const faults = [...imports].flatMap(([file, names]) =>
  names.map((one) => wrong(file, one)).flatMap((fault) => (fault ? [`${file}: ${fault}`] : [])),
);
const circle = circleIn(
  new Map([...imports].map(([file, names]) => [file, names.map(({ name }) => name)])),
);
if (circle) faults.push(`a circle of imports: ${circle.join(" → ")}`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
