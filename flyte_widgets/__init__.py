"""Flyte 2 runs, live in a notebook."""
