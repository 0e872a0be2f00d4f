"""Runs TF.js models in real browsers and reports what ran, where, and how long it took."""
