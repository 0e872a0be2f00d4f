"""Runners that execute one artifact format each; none imports another."""
