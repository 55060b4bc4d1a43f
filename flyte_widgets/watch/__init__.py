"""Keeps what is known of a run true to the backend: the background loop, the watchers, the handles."""
