"""What recordings are made of: documents and protocols that runners and judgement share.

- `corrected`: what a reader's corrections make of images, here and on the page: compared by digest.
- `implementations`: what other correct implementations differ by from the reference, on a few
  probes of a model.
- `prepared`: what pipelines made of images: a model's inputs, and why some could not be made.
- `preparer`: what prepares images: pipelines of one side, ready to work, and what they answer.
- `recording`: running a model on probes: the Runner protocol, where it ran, and what came out.
- `sensitivity`: how small an error of a model's weights its probes can see: what was tried,
  what it changed.
- `witness`: what the browser's own interfaces saw of a session: the witness's account.
"""
