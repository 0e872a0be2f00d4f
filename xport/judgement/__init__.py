"""Checks, status and blame, and everything that was seen in one document, the evidence.

- `advisory`: legs that a policy lets differ: their failures stand beside the verdict and do not
  decide it.
- `assembly`: from recordings on disk to evidence: facts, comparisons, verdict. No framework, no
  browser.
- `attribution`: which leg is to blame: what is wrong there first, told from what is only passed
  on.
- `evidence`: everything that was seen, in one versioned JSON document that reports and bundles
  read.
- `evidence_versions`: evidence of earlier versions, as the present one has it.
- `judge`: judging comparisons: every check is recorded, and nothing checked is never a pass.
- `limits`: what a policy asks of one output, as numbers that a comparison must not exceed.
- `preprocessing_checks`: judging the preprocessing leg: the exact path must be the definition, to
  the last bit.
- `second_opinions`: a reference is believed where another implementation says the same.
- `verdict`: what judging looks at and what it says: facts, checks, the case, the verdict.
"""
