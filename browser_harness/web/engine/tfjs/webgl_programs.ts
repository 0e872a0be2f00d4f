import type { GPGPUProgram } from "@tensorflow/tfjs-backend-webgl";

// A packed texture holds 2x2 values a texel: rows and columns of the two last dimensions. Counted
// row by row, the texel of a value is the same in every texture, whatever the texture's width, so
// that a shader needs no shape, only widths; it gets them as uniforms. Division is in float, which
// every renderer does fast; one step puts right what rounding may have moved.
const TEXELS = `
  float widthOf(ivec2 texShape) { return ceil(float(texShape[1]) / 2.0); }

  ivec2 placeOf(float texel, float width) {
    float row = floor((texel + 0.5) / width);
    float column = texel - row * width;
    float off = column < 0.0 ? -1.0 : (column >= width ? 1.0 : 0.0);
    return ivec2(column - off * width, row + off);
  }

  float texelHere() {
    return floor(gl_FragCoord.y) * widthOf(outTexShape) + floor(gl_FragCoord.x);
  }
`;

type Program = GPGPUProgram & { customUniforms: NonNullable<GPGPUProgram["customUniforms"]> };

abstract class ShapeFreeProgram implements Program {
  readonly packedInputs = true;
  readonly packedOutput = true;
  readonly enableShapeUniforms = true;
  readonly customUniforms: Program["customUniforms"] = [];
  abstract readonly variableNames: string[];
  abstract readonly userCode: string;

  constructor(readonly outputShape: number[]) {}
}

/** `expression` of `a` and `b`, two tensors of one shape. */
export class PairwiseProgram extends ShapeFreeProgram {
  readonly variableNames = ["A", "B"];
  readonly userCode: string;

  constructor(outputShape: number[], expression: string) {
    super(outputShape);
    this.userCode = `${TEXELS}
      void main() {
        float texel = texelHere();
        vec4 a = texelFetch(A, placeOf(texel, widthOf(ATexShape)), 0);
        vec4 b = texelFetch(B, placeOf(texel, widthOf(BTexShape)), 0);
        setOutput(${expression});
      }`;
  }
}

/**
 * `expression` of `a` and `b`, where `b` has one value per channel, the last dimension.
 *
 * Custom uniform: texels in a row of channels.
 */
export class ChannelwiseProgram extends ShapeFreeProgram {
  readonly variableNames = ["A", "B"];
  override readonly customUniforms = [{ name: "across", type: "float" as const }];
  readonly userCode: string;

  constructor(outputShape: number[], expression: string) {
    super(outputShape);
    this.userCode = `${TEXELS}
      void main() {
        float texel = texelHere();
        float channel = float(placeOf(texel, across).x);
        vec4 a = texelFetch(A, placeOf(texel, widthOf(ATexShape)), 0);
        vec4 b = texelFetch(B, placeOf(channel, widthOf(BTexShape)), 0).xyxy;
        setOutput(${expression});
      }`;
  }
}

/**
 * A depthwise convolution with a 1x1 kernel: `activation(a * filter + bias)`, one value per channel.
 *
 * The filter is [1, 1, channels, 1], so that a texel holds two channels in its rows. Custom uniform:
 * texels in a row of channels.
 */
export class RescaleProgram extends ShapeFreeProgram {
  readonly variableNames: string[];
  override readonly customUniforms = [{ name: "across", type: "float" as const }];
  readonly userCode: string;

  constructor(outputShape: number[], { bias, relu }: { bias: boolean; relu: boolean }) {
    super(outputShape);
    this.variableNames = bias ? ["A", "F", "B"] : ["A", "F"];
    const summand = "texelFetch(B, placeOf(channel, widthOf(BTexShape)), 0).xyxy";
    this.userCode = `${TEXELS}
      void main() {
        float texel = texelHere();
        float channel = float(placeOf(texel, across).x);
        vec4 a = texelFetch(A, placeOf(texel, widthOf(ATexShape)), 0);
        vec4 f = texelFetch(F, placeOf(channel, widthOf(FTexShape)), 0).xzxz;
        vec4 y = a * f${bias ? ` + ${summand}` : ""};
        ${relu ? "y = mix(y, vec4(0.0), lessThan(y, vec4(0.0)));" : ""}
        setOutput(y);
      }`;
  }
}

/**
 * Tensors joined along the last dimension; all but the last have an even number of channels.
 *
 * Custom uniforms: texels in a row of channels of the output, then of each input.
 */
export class JoinProgram extends ShapeFreeProgram {
  readonly variableNames: string[];
  override readonly customUniforms: Program["customUniforms"];
  readonly userCode: string;

  constructor(outputShape: number[], count: number) {
    super(outputShape);
    this.variableNames = Array.from({ length: count }, (_, i) => `T${i}`);
    const widths = ["across", ...this.variableNames.map((name) => `across${name}`)];
    this.customUniforms = widths.map((name) => ({ name, type: "float" as const }));
    this.userCode = `${TEXELS}
      void main() {
        ivec2 here = placeOf(texelHere(), across);
        float channel = float(here.x);
        float row = float(here.y);
        ${this.variableNames.map(taken).join("\n        ")}
      }`;
  }
}

/** Takes the texel from this input, or passes on to the next one. */
function taken(name: string): string {
  const width = `across${name}`;
  const place = `placeOf(row * ${width} + channel, widthOf(${name}TexShape))`;
  return `if (channel < ${width}) {
          setOutput(texelFetch(${name}, ${place}, 0));
          return;
        }
        channel -= ${width};`;
}
