"""The mutations, a family a file."""
