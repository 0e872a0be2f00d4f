// The lean engine: TF.js with those kernels only that a release's models run.
//
// A model's operators decide (`xport` reads them from its model.json): where `operators` below has all
// of them, the release is verified with, and ships, the lean engine; otherwise the whole one. A kernel
// that is missing all the same makes a model fail where it is verified, never where it is used.

/** Kernels by TF.js graph operator; those of the two routes' classifiers, autoencoders, explanations. */
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
  SplitV: ["SplitV"],
  Sub: ["Sub"],
  Sum: ["Sum"],
  Tanh: ["Tanh"],
  Transpose: ["Transpose"],
};

/** What the engine calls by itself, and on WebGL has versions of its own of. */
const own = [
  ..."Abs Add Cast DepthwiseConv2dNative Elu Exp FromPixels FusedDepthwiseConv2D Identity".split(
    " ",
  ),
  ..."Multiply Neg Relu Relu6 Reshape ResizeBilinear Sigmoid Sqrt Sub Tanh ZerosLike".split(" "),
];

const kernels = new Set([...own, ...Object.values(operators).flat()]);

/** Leaves out the other kernels, and gradients by tf.grad, which no deployed page asks for. */
export const leanKernels = {
  name: "lean-kernels",
  enforce: "pre",
  async resolveId(source, importer) {
    if (source !== "./gradient.js") return null;
    return this.resolve("./gradient_left_out.js", importer);
  },
  transform(code, id) {
    if (!/tfjs-backend-\w+\/dist\/register_all_kernels\.js$/.test(id)) return null;
    const dropped = [];
    const imports = /^import \{ (\w+) \} from '\.\/kernels\/(\w+)';$/gm;
    let lean = code.replace(imports, (line, config, kernel) => {
      if (kernels.has(kernel)) return line;
      dropped.push(config);
      return "";
    });
    if (dropped.length < 50) throw new Error(`${id}: its kernels are not listed as they were`);
    for (const config of dropped) lean = lean.replace(new RegExp(`^\\s*${config},?$`, "m"), "");
    return { code: lean, map: null };
  },
};
