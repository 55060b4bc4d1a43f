"""The one line, a kind of it in each module. `run/summary.py` chooses. Pure."""
