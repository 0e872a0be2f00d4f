import { readerFor } from "../pictures.js";
import type { Pipeline } from "./pipeline.js";

const LIMIT_S = 60;

/** The deployed page's own way: its decoders and resampler, in the worker of pictures. */
export const exact: Pipeline = async (content, to) => {
  const copy = content.slice().buffer; // the worker keeps what it is given
  const request = { content: copy, inputs: [to], samples: false };
  const { inputs, seconds } = await readerFor(LIMIT_S).read(request);
  const [input] = inputs;
  if (!input) throw new Error("the worker of pictures prepared nothing");
  return {
    input,
    decodeSeconds: seconds.decode,
    resizeSeconds: seconds.preprocess,
    backend: null,
  };
};
