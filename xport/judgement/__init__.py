"""Checks, status and blame, and everything that was seen in one document, the evidence.

- `advisory`: legs that a policy lets differ: their failures stand beside the verdict and do not
  decide it.
- `again`: judging again from evidence alone: what stands there must be what the judge says of it
  now.
- `assembly`: from recordings on disk to evidence: facts, comparisons, verdict. No framework, no
  browser.
- `attribution`: which leg is to blame: what is wrong there first, told from what is only passed
  on.
- `change_checks`: judging what a new version changes: limits against another release, and what
  could not be told.
- `change_parts`: what limits against another release share: the check, what is lacking, and in
  which words.
- `consistency`: numbers of evidence held together: a sum to its parts, a leg to the others of one
  baseline.
- `derived`: what correct implementations differ by beside every declared tolerance, and which is
  far above.
- `determinism_checks`: judging repetition: a second run of a probe gives the same bits, or that
  is said.
- `document_checks`: judging documents that belong to weights: calibration, gate and card name the
  model's.
- `environment_checks`: judging where browser legs ran: the backend asked for, full precision, one
  page's bytes.
- `evidence`: everything that was seen, in one versioned JSON document that reports and bundles
  read.
- `evidence_versions`: evidence of earlier versions, as the present one has it.
- `gate_checks`: judging flips at the gate alone: what is in or out of distribution on one side
  only.
- `half_precision`: judging legs that may compute at half precision: one at full precision must
  pass beside them.
- `judge`: judging comparisons: every check is recorded, and nothing checked is never a pass.
- `limits`: what a policy asks of one output, as numbers that a comparison must not exceed.
- `map_checks`: judging what explanations say against another release: direction of maps, explained
  regions.
- `notes`: what is said beside a verdict wherever it is shown, whatever the verdict is.
- `preprocessing_checks`: judging the preprocessing leg: the exact path must be the definition, to
  the last bit.
- `reference_checks`: judging the reference: PyTorch float32 is held to its own float64, and the
  gap is capped.
- `reuse`: recordings of an earlier run: whether they were young enough, and what is said of them.
- `rule_checks`: judging the rule before the classifier: the page accepts what Python does, for its
  reasons.
- `second_opinions`: a reference is believed where another implementation says the same.
- `sensitivity`: from trials of spoilt weights to the smallest error that a policy detects, and
  what is blind.
- `slowdown_checks`: judging times of two versions of a model that ran in turn in one browser
  session.
- `under`: stored evidence under a policy that whoever receives it demands: at least that was held.
- `verdict`: what judging looks at and what it says: facts, checks, the case, the verdict.
- `waivers`: failures that a policy waives for a while: one check each, with a bound, an owner and
  an end.
- `weakness`: where a plan's policy asks less than the floor of every policy, from what was
  recorded.
- `witness_checks`: judging what the witness saw: a backend is what the browser's interfaces were
  asked for.
"""
