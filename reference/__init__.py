"""The PyTorch side: networks, checkpoints, preprocessing and demonstration weights.

This package knows nothing of conversion, browsers or reports and imports none of their folders;
they name its factories as text, for example ``reference.networks.densenet:classifier``.
"""
