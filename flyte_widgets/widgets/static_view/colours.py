"""The colours of shared/palette.json, and those that follow from them, as in js/src/ui/palette.ts. Pure.

A drawing carries both schemes: which one shows is up to the page that it stands in, or else to the reader's system.
Its background is its own, so it can be read on any page.
"""

from __future__ import annotations

import math
from typing import Final

from flyte_widgets.phases import ActionPhase
from flyte_widgets.shared import table

_PALETTE: Final = table("palette")
_SHARES: Final[dict[str, float]] = _PALETTE["shares"]
_UNKNOWN_FILL: Final = "line3"


class Scheme:
    """One scheme: its surfaces, lines and texts by name ("bg", "line2"), and the colours of a phase.

    A phase that the table does not have, and None, is grey.
    """

    def __init__(self, name: str) -> None:
        data = _PALETTE[name]
        self.colours: Final[dict[str, str]] = data["colours"]
        self._fills: Final[dict[str, str]] = data["fills"]
        self._white: Final = frozenset[str](data["whiteGlyphs"])
        self._faint: Final = frozenset[str](data["faintGlyphs"])
        self._loud: Final = frozenset[str](data["loudRings"])

    def fill(self, phase: ActionPhase | None) -> str:
        """Give the colour of bars and chips."""
        return self._fills.get(phase or "", self.colours[_UNKNOWN_FILL])

    def ink(self, phase: ActionPhase | None) -> str:
        """Give the colour of the bare glyph. Too faint as a small one, it takes some of the text's colour."""
        colour = self.fill(phase)
        return mix(colour, self.colours["fg"], _SHARES["faintGlyph"]) if phase in self._faint else colour

    def on(self, phase: ActionPhase | None) -> str:
        """Give the colour of the glyph on a chip."""
        name = phase if phase in self._fills else "unknown"
        glyph: str = _PALETTE["glyphOnFill"]["white" if name in self._white else "dark"]
        return glyph

    def ring(self, phase: ActionPhase | None) -> str:
        """Give the colour of a visited state's ring. A loud one would outshout the current state's."""
        colour = self.fill(phase)
        return mix(colour, self.colours["bg"], _SHARES["loudRing"]) if phase in self._loud else colour

    def current(self, phase: ActionPhase | None) -> str:
        """Give the ground of the current state."""
        return mix(self.fill(phase), self.colours["bg"], _SHARES["currentState"])


LIGHT: Final = Scheme("light")
DARK: Final = Scheme("dark")


def on_any_page(phase: ActionPhase | None) -> str:
    """Give a colour for the phase's symbol that has a contrast of at least 3:1 on white and on black."""
    colours: dict[str, str] = _PALETTE["glyphOnAnyPage"]
    return colours.get(phase or "", colours["other"])


def mix(a: str, b: str, share: float) -> str:
    """Mix two "#rrggbb", `share` of the first. Halves are rounded up, as in JavaScript."""
    channels = (
        math.floor(int(a[i : i + 2], 16) * share + int(b[i : i + 2], 16) * (1 - share) + 0.5) for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)
