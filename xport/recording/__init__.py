"""Playing probes and image files to runners, Python's and the browser's.

- `browser`: the browser harness as the workflow uses it: runners and runtime measurements for a
  plan.
- `correcting`: record what a reader's corrections make of a plan's images, in Python and on the
  page.
- `implementations`: what other correct implementations say: other orders of summation, threads,
  optimisations off.
- `keeper`: what was recorded, kept by key for later runs: whole, with the date on which it was
  made.
- `legs`: record: run a plan's legs on inputs, in processes of their own or in a browser.
- `prepared_folder`: prepared inputs on disk, and what models said about them.
- `preparing`: record the preprocessing leg: every pipeline on every image, then what models say
  of it.
- `python_preparer`: prepare images in Python: by the definition, and by the libraries that people
  use instead.
- `recorder`: running a runner over probes and keeping what it said, on disk, whole or not at all.
- `reuse`: what may be taken of an earlier run, and what is kept for a later one: nothing but what
  is equal.
- `runtimes`: the paper's runtime table for a plan: cold and steady from the recordings, warm
  measured.
- `surroundings`: what of this machine and of what is installed may change what a recording says.
"""
