"""Training the paper's networks: DenseNet-121, ALI and the L2 autoencoder.

Nothing here is imported by who only converts; it needs the extra ``train`` (Lightning Fabric).
``python -m reference.training`` is the command line.

- `autoencoders`: training autoencoders: on the squared error, or adversarially (paper, appendix
  C).
- `averaging`: an average of a network's weights over its training, which errs less than the last of
  them.
- `card`: filling in a card from what became of a training, and its Markdown.
- `classifier`: training a DenseNet: binary cross-entropy of every known label, judged by the mean
  AUC.
- `defaults`: the default checkpoints: recipes and sizes, and the command's way from seeds to
  weights.
- `figures`: what checkpoints reach: AUC of findings, scores of images that do not belong, the
  gate.
- `film_terms`: licences of what real films made, and of the films.
- `films`: training the classifier on real films: moved, their tones varied, labels smoothed,
  averaged.
- `films_figures`: what a classifier of real films reaches, beside others on the very same images.
- `fitting`: the loop of training: epochs, validation, early stopping, and states from which it
  goes on.
- `gate_rule`: the rule of a release's gate, from the documents beside the weights that give its
  scores.
- `given_back`: what an autoencoder gives back of the films that it was trained on, by nearest
  neighbours.
- `owning`: writing into documents of decisions which weights they were made for.
- `publishing`: from trained weights to what ships: rounded to float16, measured, described,
  written.
- `real`: the networks that real films made: recipes, and the command's way from a folder to
  weights.
- `real_gate`: the gate's autoencoder of real films, and the rule that it is part of.
- `real_publishing`: from what real films made to what ships: rounded, decided, measured,
  described.
- `recipes`: how a network is trained, as data: the paper's recipe, its authors', and ours for
  phantoms.
- `registry`: images as a network reads them, prepared once and kept on disk: memory stays flat.
- `rule_figures`: the whole rule before the classifier, measured on held-out films.
- `rule_fitting`: the whole rule before the classifier: its scores, and what calibration films
  fix.
- `seeds`: seeds for every step and purpose, so that nothing depends on what was drawn before.
- `strangers`: pictures that are no frontal films, drawn or packaged, for the training of the gate's
  network.
- `tasks`: what the loop of training needs to know of a network: its parts, one step, one
  validation.
- `trainer`: one training of a user's own, from a data set's folder to weights with their
  provenance.
- `trainer_state`: the state of a training on disk: one safetensors file, no pickle, whole or not
  at all.
- `view_changes`: what becomes of a film on its way to the gate's network: it stays frontal, or it
  does not.
- `view_figures`: what the gate's network lets in and what it calls the rest: one row per folder and
  change.
- `views`: training the gate's network: each film upright and changed, and pictures of other kinds.
- `warm_start`: a warm start: the features of other weights, ImageNet's above all, as the authors'
  code did.
"""
