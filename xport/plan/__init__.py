"""What a run is going to verify, as data: models, legs, routes and policy, by digest.

- `baseline`: what a new version of a release may change against another: limits, declared
  beforehand.
- `chosen`: what limits are where nothing else is said; known before anything large is imported.
- `explained`: how far the explained region of a map may move: its least intersection over union,
  declared.
- `floor`: the least that a policy must ask, which no release file can lower.
- `labelled_sets`: how large a set of labelled images must be; known before anything large is
  imported.
- `page_models`: what the deployed page can show of a release; its twin is
  `web/app/host/release.ts`.
- `pipeline_description`: what the ways to prepare an image are called, in documents that list
  several.
- `plan`: what a run is going to verify: models, their artifacts, probes and legs, by digest.
- `policy`: what must hold for a verdict of PASSED, declared before anything is measured.
- `presets`: policies that come with xport, by name: a release file names one and writes what
  differs from it.
- `publisher`: who is going to sign a release, and with which key, said before the run.
- `renames`: keys of documents that have another name in a later version.
- `rounding`: how far float32 rounding takes an output, as numbers: what tolerances are measured by.
- `routes`: the ways from PyTorch to TF.js, as the release file chooses them and as artifacts and
  legs.
- `site_bounds`: what a hospital may set of a release, and within which bounds.
- `strictness`: comparing two policies: what one asks for that the other asked less of, or not at
  all.
- `timing`: the paper's runtime table: how long a person waits, measured apart for each kind of
  wait.
"""
