"""A hospital's own images: what a bundle makes of them, and which thresholds would suit them.

Nothing here is part of what was verified: it is measured after it, elsewhere, by whoever runs the
page. Nothing leaves the machine, and no document holds a picture.

- `bundled`: the models of a bundle that the page runs, and the rule by which it accepts images.
- `configuration`: a site configuration: thresholds that a hospital sets, signed with its own key.
- `distribution`: a score over all images: quantiles, a histogram, and the threshold for a share.
- `document`: what came of a hospital's images, as a document.
- `findings`: operating points on local labels, beside the release's.
- `labels`: local labels, from a CSV file.
- `seen`: what the models say of one image, decided as the page decides.
- `summary`: from all images to the document.
"""
