"""Conversion stages, one per file, named target-from-source; none imports another."""
