declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    constructor(content: ArrayBuffer, bytesPerSample: number);
    decode(content: ArrayBuffer, offset: number, length: number): Uint8Array | Uint16Array | null;
    /** The row of the next pixel: the height, once all are decoded. */
    readonly yLoc: number;
  }
}
