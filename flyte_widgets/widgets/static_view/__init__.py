"""The static view of a run: text, HTML, SVG. What a notebook keeps when its kernel is gone.

`collect` reads a run into a `Snapshot`; all else is pure: `text`, `html` and `drawings` say the same of it.
"""
