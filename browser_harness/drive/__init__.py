"""One page, called from Python: models in, outputs and environment out.

- `models`: a TF.js model to be run: its folder, its signature and the digests its files must
  have.
- `outcomes`: what came out of a page: a run's outputs, a gradient, several runs as one pass.
- `page`: one browser with one page: launched, called, watched for its death, and certainly ended.
- `pictures`: decoding pictures in the page's worker, as the deployed page does.
- `pipelines`: preparing an image on the page, by each of the ways in which web pages do it.
- `private_loop`: an asyncio event loop in a thread of its own, so that every wait has an end.
- `refusals`: the page's refusals as errors: which exception, and what the reader can do.
- `runner`: tfjsRunner: one TF.js model in a real browser, as the recorder sees it.
- `runtime`: a warm start: what a returning visitor waits for, and both models in one pass.
- `session`: a browser session: one page, one backend, one or several models.
- `webkit`: a second browser, of another engine: Debian's WebKitGTK, on a display that nobody
  sees.
- `wire`: what Python and the page say to each other: typed requests, typed replies, tensors as
  bytes.
"""
