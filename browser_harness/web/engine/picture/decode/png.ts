// Twin: reference/decoding/png.py.

import type { Picture } from "../picture.js";
import { densityNotes, isUnevenPng } from "./density.js";
import { orientationOf } from "./exif.js";
import { inflateExactly } from "./inflate.js";
import { chunksOf, type Chunk } from "./png_chunks.js";
import { place, samplesOf, type Pass, type Pixels } from "./png_pixels.js";
import { unfilter } from "./png_rows.js";
import { damaged } from "./refusal.js";
import { requireSize } from "./size.js";

const GRAY = 0;
const PALETTE = 3;
/** Numbers per pixel and allowed depths, by PNG's colour type. */
const TYPES: Readonly<Record<number, { stored: number; depths: readonly number[] }>> = {
  [GRAY]: { stored: 1, depths: [1, 2, 4, 8, 16] },
  2: { stored: 3, depths: [8, 16] },
  [PALETTE]: { stored: 1, depths: [1, 2, 4, 8] },
  4: { stored: 2, depths: [8, 16] },
  6: { stored: 4, depths: [8, 16] },
};

/** Start and step of Adam7's seven passes: column, row, column step, row step. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly stored: number;
  readonly interlaced: boolean;
}

/**
 * The pixels of a PNG: gray scaled to 8 bits or at 16, palettes resolved, alpha dropped; colour
 * profiles and gamma change nothing. Throws EngineError `input-refused`.
 */
export async function decodePng(content: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const chunks = chunksOf(content);
  const header = headerOf(chunks[0]);
  requireSize(header.width, header.height);
  requireOrder(chunks, header);
  const passes = passesOf(header);
  const length = passes.reduce((sum, pass) => sum + pass.height * (1 + pass.rowBytes), 0);
  const parts = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const raw = await inflateExactly(parts, length);
  const pixels: Pixels = {
    ...header,
    channels: header.colour === GRAY || header.colour === 4 ? 1 : 3,
    palette: header.colour === PALETTE ? dataOf(chunks, "PLTE") : null,
  };
  const samples = samplesOf(pixels);
  let from = 0;
  for (const pass of passes) {
    unfilter(
      raw,
      from,
      pass.height,
      pass.rowBytes,
      Math.max(1, (header.stored * header.depth) / 8),
    );
    place(raw, from, pass, pixels, samples);
    from += pass.height * (1 + pass.rowBytes);
  }
  const exif = dataOf(chunks, "eXIf");
  const density = dataOf(chunks, "pHYs");
  return {
    width: header.width,
    height: header.height,
    channels: pixels.channels,
    samples,
    white: header.depth === 16 ? 65535 : 255,
    orientation: exif ? orientationOf(exif) : 1,
    format: "png",
    ...densityNotes(density !== null && isUnevenPng(density)),
  };
}

function headerOf(chunk: Chunk | undefined): Header {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13) throw damaged("it has no header");
  const { data } = chunk;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [depth, colour, compression, filter, interlace] = data.subarray(8);
  const type = TYPES[colour!];
  const known = type?.depths.includes(depth!) && compression === 0 && filter === 0;
  if (!type || !known || interlace! > 1) throw damaged("its header is not one of a PNG");
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: depth!,
    colour: colour!,
    stored: type.stored,
    interlaced: interlace === 1,
  };
}

/** Chunks that decide about pixels must be there once and in order. */
function requireOrder(chunks: readonly Chunk[], { colour, depth }: Header): void {
  const types = chunks.map(({ type }) => type);
  const first = types.indexOf("IDAT");
  const last = types.lastIndexOf("IDAT");
  if (first < 0) throw damaged("it has no pixels");
  if (types.slice(first, last).some((type) => type !== "IDAT")) {
    throw damaged("its pixels are not in one piece");
  }
  if (types.lastIndexOf("IHDR") !== 0) throw damaged("it has two headers");
  // A capital first letter says that nobody who does not know the chunk can show the image.
  const unknown = types.find((type) => /^[A-Z]/.test(type) && !/^(IHDR|PLTE|IDAT)$/.test(type));
  if (unknown) throw damaged(`chunk ${unknown} is not known`);
  if (colour !== PALETTE) return;
  const palette = dataOf(chunks, "PLTE");
  const colours = (palette?.length ?? 0) / 3;
  const fits = Number.isInteger(colours) && colours >= 1 && colours <= 2 ** depth;
  if (
    !fits ||
    types.indexOf("PLTE") > first ||
    types.lastIndexOf("PLTE") !== types.indexOf("PLTE")
  ) {
    throw damaged("its palette is missing or of no possible size");
  }
}

function dataOf(chunks: readonly Chunk[], type: string): Uint8Array | null {
  return chunks.find((chunk) => chunk.type === type)?.data ?? null;
}

function passesOf({ width, height, depth, stored, interlaced }: Header): Pass[] {
  const steps = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return steps
    .map(([left, top, across, down]) => {
      const columns = Math.max(0, Math.ceil((width - left) / across));
      const rows = Math.max(0, Math.ceil((height - top) / down));
      const rowBytes = Math.ceil((columns * stored * depth) / 8);
      return { left, top, across, down, width: columns, height: rows, rowBytes };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}
