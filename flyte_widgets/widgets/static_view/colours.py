"""Colours and patterns of the static view: those of js/src/ui/palette.ts (a test compares them). Pure.

A drawing carries both schemes: which one shows is up to the page that it stands in, or else to the reader's system.
Its background is its own, so it can be read on any page.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from flyte_widgets.phases import ActionPhase

P = ActionPhase


class Scheme(NamedTuple):
    """One scheme: the surfaces and lines, and the fill of each phase."""

    bg: str
    panel: str
    hover: str
    line: str
    line2: str
    line3: str
    fg: str
    fg2: str
    fg3: str
    edge: str
    edge_on: str
    accent: str
    danger: str
    danger_bg: str
    danger_line: str
    fills: dict[ActionPhase, str]
    white_on: frozenset[ActionPhase]
    """Phases whose chip carries a white glyph; on the others it is nearly black."""
    faint: frozenset[ActionPhase]
    """Phases whose bare glyph needs a fifth of the text's colour to be seen."""
    tint: float
    """Share of the phase's colour in the current state's box."""


LIGHT: Final = Scheme(
    bg="#ffffff",
    panel="#f6f7f9",
    hover="#eceff3",
    line="#e2e5ea",
    line2="#c8cdd5",
    line3="#8a929c",
    fg="#1a1d21",
    fg2="#545b64",
    fg3="#636a74",
    edge="#c3c9d1",
    edge_on="#3b424b",
    accent="#1f5fc4",
    danger="#c01a08",
    danger_bg="#fdf1ef",
    danger_line="#f0b9b1",
    fills={
        P.QUEUED: "#767e87",
        P.WAITING_FOR_RESOURCES: "#b88a29",
        P.INITIALIZING: "#1c9fd5",
        P.RUNNING: "#1c43a0",
        P.PAUSED: "#a45eb1",
        P.SUCCEEDED: "#218055",
        P.FAILED: "#e11e09",
        P.ABORTED: "#3a3a3a",
        P.TIMED_OUT: "#742700",
        P.RECOVERED: "#749c8c",
    },
    white_on=frozenset(P),
    faint=frozenset({P.WAITING_FOR_RESOURCES, P.INITIALIZING, P.RECOVERED}),
    tint=0.09,
)
DARK: Final = Scheme(
    bg="#1e1e1e",
    panel="#252627",
    hover="#2f3133",
    line="#35373a",
    line2="#4d5056",
    line3="#7d838b",
    fg="#e6e8ea",
    fg2="#acb1b8",
    fg3="#949aa2",
    edge="#50545a",
    edge_on="#c6cacf",
    accent="#6ea6ff",
    danger="#ff8f7a",
    danger_bg="#33211e",
    danger_line="#6b362c",
    fills={
        P.QUEUED: "#8f8f8f",
        P.WAITING_FOR_RESOURCES: "#fcc852",
        P.INITIALIZING: "#8fe0ff",
        P.RUNNING: "#2575ef",
        P.PAUSED: "#c694f5",
        P.SUCCEEDED: "#66c8a0",
        P.FAILED: "#cf2402",
        P.ABORTED: "#666871",
        P.TIMED_OUT: "#e17f1a",
        P.RECOVERED: "#c8fde3",
    },
    white_on=frozenset({P.RUNNING, P.FAILED, P.ABORTED}),
    faint=frozenset({P.FAILED, P.ABORTED}),
    tint=0.16,
)

_INK_SHARE: Final = 0.8
_DARK_ON: Final = "#161719"


def fill(scheme: Scheme, phase: ActionPhase | None) -> str:
    """Give the colour of bars, chips and rings. A phase that the table does not have is grey."""
    return scheme.fills.get(phase, scheme.line3) if phase is not None else scheme.line3


def ink(scheme: Scheme, phase: ActionPhase | None) -> str:
    """Give the colour of the bare glyph."""
    colour = fill(scheme, phase)
    return mix(colour, scheme.fg, _INK_SHARE) if phase in scheme.faint else colour


def on(scheme: Scheme, phase: ActionPhase | None) -> str:
    """Give the colour of the glyph on a chip."""
    return "#ffffff" if phase in scheme.white_on or scheme is LIGHT else _DARK_ON


def mix(a: str, b: str, share: float) -> str:
    """Mix two "#rrggbb", `share` of the first."""
    channels = (round(int(a[i : i + 2], 16) * share + int(b[i : i + 2], 16) * (1 - share)) for i in (1, 3, 5))
    return "#" + "".join(f"{channel:02x}" for channel in channels)
