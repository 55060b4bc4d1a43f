"""Speaks to Flyte; knows nothing of notebooks."""
