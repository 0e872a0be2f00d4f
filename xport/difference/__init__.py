"""What a new version of a release changes against another: from two folders to one document.

- `bundle_side`: a bundle as one of the two releases: of arrays it holds those of its self-test.
- `decisions`: decisions of both sides on the same probes and image files, each at its own
  thresholds.
- `difference`: everything that differs between two releases, in one versioned JSON document.
- `labelled`: decisions and AUC of both sides on the same labelled images.
- `maps`: what explanations say on both sides, on the same probes: how alike their maps are.
- `measure`: from two sides to their difference, and the pictures of what flipped.
- `rows`: checks gained and lost, errors, sizes and times, side by side.
- `side`: one of the two releases: its evidence, and what was recorded of it as arrays.
- `words`: what is to be said before any number: other models, labels, preprocessing, rules.
"""
