"""Training the paper's networks: DenseNet-121, ALI and the L2 autoencoder.

Nothing here is imported by who only converts; it needs the extra ``train`` (Lightning Fabric).
``python -m reference.training`` is the command line.

- ``trainer``: one training of a user's own, from a data set's folder to weights.
- ``recipes``: the paper's recipe, its authors', and appendix C's, as data.
- ``registry``: images after the release's own preprocessing, kept on disk.
- ``warm_start``: features of other weights to begin with.
- ``classifier``, ``autoencoders``: one step and one validation of each network.
- ``fitting``, ``trainer_state``: the loop; it goes on where it was interrupted, bit for bit on a
  CPU.
- ``defaults``, ``figures``, ``card``: the default checkpoints, what they reach, and their cards.

- `autoencoders`: training autoencoders: on the squared error, or adversarially (paper, appendix
  C).
- `card`: filling in a card from what became of a training, and its Markdown.
- `classifier`: training a DenseNet: binary cross-entropy of every known label, judged by the mean
  AUC.
- `defaults`: the default checkpoints: recipes and sizes, and the command's way from seeds to
  weights.
- `figures`: what checkpoints reach: AUC of findings, scores of images that do not belong, the
  gate.
- `fitting`: the loop of training: epochs, validation, early stopping, and states from which it
  goes on.
- `publishing`: from trained weights to what ships: rounded to float16, measured, described,
  written.
- `recipes`: how a network is trained, as data: the paper's recipe, its authors', and ours for
  phantoms.
- `seeds`: seeds for every step and purpose, so that nothing depends on what was drawn before.
- `shelf`: images as a network reads them, prepared once and kept on disk: memory stays flat.
- `sitting`: one training of a user's own, from a data set's folder to weights with their
  provenance.
- `starting`: beginning with the features of other weights, ImageNet's above all, as the authors'
  code did.
- `state`: the state of a training on disk: one safetensors file, no pickle, whole or not at all.
- `tasks`: what the loop of training needs to know of a network: its parts, one step, one
  validation.
"""
