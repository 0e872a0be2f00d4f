// Twin: browser_harness/serve/assets.py.
//
// Which of TF.js's kernels are in engine.js, and which in engine.kernels.js, loaded on demand.
//
// A model's operators decide: where `operators` below has all of them, engine.js runs it alone.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vite";

/** Kernels by TF.js graph operator: those of the two routes' classifiers, autoencoders, explanations. */
export const operators = {
  _FusedConv2D: ["FusedConv2D"],
  _FusedMatMul: ["_FusedMatMul"],
  AddV2: ["Add"],
  AvgPool: ["AvgPool"],
  BiasAdd: ["Add"],
  Ceil: ["Ceil"],
  ClipByValue: ["ClipByValue"],
  ConcatV2: ["Concat"],
  Const: [],
  Conv2D: ["Conv2D"],
  Conv2DBackpropInput: ["Conv2DBackpropInput"],
  FusedDepthwiseConv2dNative: ["FusedDepthwiseConv2D"],
  GatherV2: ["GatherV2"],
  Identity: ["Identity"],
  LeakyRelu: ["LeakyRelu"],
  MatMul: ["BatchMatMul"],
  MaxPool: ["MaxPool"],
  Mean: ["Mean"],
  Mul: ["Multiply"],
  Pad: ["PadV2"],
  PadV2: ["PadV2"],
  Placeholder: [],
  Relu: ["Relu"],
  Reshape: ["Reshape"],
  ResizeNearestNeighbor: ["ResizeNearestNeighbor"],
  ReverseV2: ["Reverse"],
  Sigmoid: ["Sigmoid"],
  Slice: ["Slice"],
  Softmax: ["Softmax"],
  SplitV: ["SplitV"],
  Sub: ["Sub"],
  Sum: ["Sum"],
  Tanh: ["Tanh"],
  Transpose: ["Transpose"],
};

/** What the engine calls by itself, or has versions of its own of. */
const own = [
  ..."Abs Add Cast Concat DepthwiseConv2dNative Elu Exp FromPixels FusedDepthwiseConv2D".split(" "),
  ..."Identity Multiply Neg Relu Relu6 Reshape ResizeBilinear Sigmoid Slice SplitV Sqrt".split(" "),
  ..."Sub Tanh ZerosLike".split(" "),
];

const first = new Set([...own, ...Object.values(operators).flat()]);

const packages = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  "node_modules/@tensorflow",
);
const listings = ["webgl", "wasm", "cpu"].map((backend) =>
  path.join(packages, `tfjs-backend-${backend}/dist/register_all_kernels.js`),
);

/** The kernels that TF.js registers of one backend: name of the constant, name and file of each. */
async function registered(listing) {
  const { body } = parseAst(await readFile(listing, "utf8"));
  const imports = body.filter(({ type, source }) => {
    return type === "ImportDeclaration" && source.value.startsWith("./kernels/");
  });
  return imports.map(({ specifiers, source }) => ({
    constant: specifiers[0].imported.name,
    name: path.basename(source.value),
    file: path.join(path.dirname(listing), `${source.value}.js`),
  }));
}

/** The source of a module that exports the kernels, of all backends, whose name is `wanted`. */
async function moduleOf(wanted) {
  const all = (await Promise.all(listings.map(registered))).flat();
  const found = all.filter(({ name }) => wanted(name));
  const lines = found.map(({ constant, file }, at) => {
    return `import { ${constant} as k${at} } from ${JSON.stringify(file)};`;
  });
  const list = found.map((_, at) => `k${at}`).join(", ");
  return {
    names: new Set(all.map(({ name }) => name)),
    code: [...lines, `export const kernels = [${list}];`],
  };
}

/** Provides `kernels:engine`, `kernels:others`, and refuses TF.js's own import of all of them. */
export const kernels = {
  name: "kernels",
  resolveId: {
    filter: { id: /^kernels:(engine|others)$/ },
    handler: (source) => `\0${source}`,
  },
  load: {
    filter: { id: /^\0kernels:|register_all_kernels/ },
    async handler(id) {
      if (!id.startsWith("\0")) throw new Error(`${id} would bring all kernels into engine.js`);
      const inEngine = id === "\0kernels:engine";
      const { names, code } = await moduleOf((name) => first.has(name) === inEngine);
      const unknown = [...first].filter((name) => !names.has(name));
      if (unknown.length > 0) throw new Error(`TF.js has no kernels ${unknown.join(", ")}`);
      const listed = `export const operators = ${JSON.stringify(Object.keys(operators))};`;
      return { code: [...code, inEngine ? listed : ""].join("\n"), map: null };
    },
  },
};
