"""The networks, their weights, and how checkpoints are loaded without running code.

- `ali`: Adversarially learned inference: the autoencoder that tells chest X-rays from other
  images.
- `checkpoints`: loading weights strictly: every tensor has its place, or nothing is loaded at
  all.
- `densenet`: DenseNet-121, the paper's classifier of chest X-rays (section 2; Huang et al.,
  2017).
- `explain`: a classifier that answers with its explanations, by autograd (section 4 and appendix
  D).
- `initialise`: demonstration weights: seeded, and fitted to data so that answers vary between
  images.
- `remaps`: published DenseNet checkpoints in the key layout of ``reference.networks.densenet``.
- `threads`: how many threads torch computes with.
- `view`: the gate's network: tells an upright frontal chest radiograph from everything else.
- `weight_files`: reading weight files without ever running code that they carry.
"""
