"""Numbers only: how far one recording is from another, and what that does to decisions.

- `change`: what a new version of a release changes against another, as documents; limits look at
  these.
- `decision_effects`: what a person decides by: calibrated probabilities and the
  out-of-distribution score.
- `intervals`: medians of times and their ratios, with intervals by bootstrap over rounds.
- `leg_decisions`: what an error of a leg does to decisions: those that come out otherwise than the
  reference's.
- `paired_speed`: two versions of a model run in turn in one browser session: what was measured, as
  documents.
- `parity`: measuring how far one recording is from another; numbers only, no judgement.
- `picture`: a picture in evidence.
- `pictures`: small pictures of the probes on which legs differ most.
- `pipeline_effect`: what a way to prepare images does, as documents: distances, effects,
  decisions that flip.
- `preprocessing`: measure the preprocessing leg: how far every pipeline is from the definition,
  and what it does.
- `regions`: the region that a map explains, and how much two of them have in common.
- `rule_decisions`: what the whole rule says of image files: by the definition in Python, and by
  what ships.
"""
