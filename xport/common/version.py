"""The version of this package, which rooms below the public face may ask for too."""

__version__ = "0.1.0"
