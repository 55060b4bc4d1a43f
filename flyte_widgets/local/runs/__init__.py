"""Real Flyte tasks on this machine."""
