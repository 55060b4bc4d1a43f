"""The static picture of a run: text, HTML, SVG. What a notebook keeps when its kernel is gone.

`collect` reads a run into a `Receipt`; all else is pure: `text`, `html` and `picture` tell the same of it.
"""
