"""Models side by side in one browser, and the project's own promises.

- `document`: what a benchmark says: seconds per run, medians with their intervals, ratios, and
  complaints.
- `gradient_agreement`: tf.grad of a classifier, the paper's way, held against the gradient of its
  explanation.
- `models`: what a benchmark is run on: TF.js folders and bundles, ONNX files, and inputs for
  them.
- `own`: the project's own promises, `targets`, measured on a classifier: `xport targets`.
- `paired`: two versions of a model run in turn on one page, for a ratio of times that means
  something.
- `pictures`: measuring how the page turns image files into inputs: time, blocks of the page,
  memory.
- `profile`: where a model's time goes, kernel by kernel: `xport profile`.
- `side_by_side`: measuring models side by side in a browser: `xport bench`.
- `soak`: many images through one page, in which nothing may grow and nothing may change:
  `xport soak`.
- `targets`: what this project promises of speed, memory and tf.grad, with reasons; `make bench`
  measures it.
"""
