"""Training the paper's networks: DenseNet-121, ALI and the L2 autoencoder.

Nothing here is imported by who only converts; it needs the extra ``train`` (Lightning Fabric).
``python -m reference.training`` is the command line.

- ``recipes``: the paper's recipe, its authors', and appendix C's, as data.
- ``augmentation``: rotation, translation and scaling at the paper's levels.
- ``shelf``: images after the release's own preprocessing, kept on disk.
- ``classifier``, ``autoencoders``: one step and one validation of each network.
- ``fitting``, ``state``: the loop; it goes on where it was interrupted, bit for bit on a CPU.
- ``defaults``, ``figures``, ``card``: the default checkpoints, what they reach, and their cards.
"""
