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
"""
