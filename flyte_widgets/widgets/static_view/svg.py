"""SVG as text: the elements of a drawing, and the drawing around them. Pure.

A drawing is made for an `<img>`: its style sheet reaches nothing outside, nothing of it runs, and it loads nothing.
"""

from __future__ import annotations

import base64
import re
from html import escape
from typing import Any, Final

from flyte_widgets.phases import ActionPhase
from flyte_widgets.shared import table
from flyte_widgets.widgets.static_view.sheet import code, has_tile, pattern_defs, pattern_of, style_sheet

_GLYPHS: Final[dict[str, list[dict[str, Any]]]] = table("glyphs")

#: XML 1.0 has no place for these, escaped or not.
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Make a text safe between tags and in quotes, and valid in XML."""
    return escape(_NO_XML.sub("\ufffd", text), quote=True)


def num(value: float) -> str:
    """Write a coordinate: a tenth of a pixel is fine enough."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def text(x: float, y: float, words: str, classes: str = "", *, end: bool = False) -> str:
    """Write a text; with `end` it ends at x."""
    anchor = ' text-anchor="end"' if end else ""
    name = f' class="{classes}"' if classes else ""
    return f'<text x="{num(x)}" y="{num(y)}"{name}{anchor}>{clean(words)}</text>'


def rect(x: float, y: float, w: float, h: float, classes: str, radius: float = 0) -> str:
    """Write a rectangle."""
    rx = f' rx="{num(radius)}"' if radius else ""
    return f'<rect x="{num(x)}" y="{num(y)}" width="{num(w)}" height="{num(h)}"{rx} class="{classes}"/>'


def glyph(phase: ActionPhase | None, x: float, y: float, size: float, kind: str) -> str:
    """Write a phase's glyph around a point. `kind`: "i" bare, "o" on a chip, "n" grey."""
    name = kind if kind == "n" else f"{kind}{code(phase)}"
    parts = "".join(
        f'<path d="{part["d"]}" class="F{name}"/>'
        if part.get("fill")
        else f'<path d="{part["d"]}" class="S{name}" stroke-width="{part["strokePx"]:g}"/>'
        for part in _GLYPHS.get(phase or "", _GLYPHS["unknown"])
    )
    at = f"translate({num(x - size / 2)} {num(y - size / 2)}) scale({size / 16:.3g})"
    return f'<g transform="{at}">{parts}</g>'


def chip(phase: ActionPhase | None, x: float, y: float, size: float) -> str:
    """Write a filled square with the glyph on it, its upper left corner at a point."""
    square = rect(x, y, size, size, f"f{code(phase)}", round(size * 0.4) / 2)
    return square + glyph(phase, x + size / 2, y + size / 2, size * 0.72, "o")


def bar_classes(phase: ActionPhase | None) -> tuple[str, ...]:
    """Give the classes of the layers of a bar, from below: a tint and its pattern, or one solid fill."""
    if pattern_of(phase) == "solid":
        return (f"f{code(phase)}",)
    return (f"t{code(phase)}", f"p{code(phase)}") if has_tile(phase) else (f"t{code(phase)}",)


def is_outlined(phase: ActionPhase | None) -> bool:
    """Tell whether a bar of this phase needs an outline."""
    return pattern_of(phase) != "solid"


def document(width: float, height: float, title: str, body: str, *, opaque: bool = True, elastic: bool = False) -> str:
    """Wrap up a drawing, with what of the style sheet and the patterns it uses. `elastic`: it fills any size."""
    ground = rect(0, 0, width, height, "bg", 6) if opaque else ""
    size = f'width="{num(width)}" height="{num(height)}" viewBox="0 0 {num(width)} {num(height)}"'
    size += ' preserveAspectRatio="none"' if elastic else ""
    defs = pattern_defs(body)
    inside = ground + (f"<defs>{defs}</defs>" if defs else "") + body
    used = set(re.findall(r'class="([^"]+)"', inside))
    names = {name for value in used for name in value.split()}
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{clean(title)}</title>'
        f"<style>{style_sheet(names)}</style>{inside}</svg>"
    )


def data_uri(drawing: str) -> str:
    """Give a drawing as an address. In base64: GitHub's and Jupyter's sanitisers let that pass, and no other form."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode("ascii")
