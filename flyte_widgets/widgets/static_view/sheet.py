"""The style sheet and the patterns of a drawing: the rules that it uses, in both schemes. Pure.

Class names are short, for a notebook keeps them: a letter for the part, then the phase's number on the wire.
"""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import PHASE_TABLE, ActionPhase
from flyte_widgets.widgets.static_view.colours import DARK, LIGHT, Scheme, fill, ink, mix, on

P = ActionPhase
PATTERNED: Final = {
    P.QUEUED: 0.17,
    P.WAITING_FOR_RESOURCES: 0.22,
    P.PAUSED: 0.25,
    P.ABORTED: 0.35,
    P.TIMED_OUT: 0.3,
    P.RECOVERED: 0.35,
}
"""Phases whose bars are told by a pattern, too, and the share of their colour under its lines."""


TILES: Final[dict[ActionPhase, tuple[float, str]]] = {
    P.WAITING_FOR_RESOURCES: (6.5, '<path d="M-2 8.5 8.5-2M-2 2 2-2M4.5 8.5 8.5 4.5" class="{c}" stroke-width="1.9"/>'),
    P.TIMED_OUT: (5, '<path d="M-2-2 7 7M-2 3 2 7M3-2 7 2" class="{c}" stroke-width="1.8"/>'),
    P.ABORTED: (4.5, '<path d="M-1-1 5.5 5.5M-1 5.5 5.5-1" class="{c}" stroke-width="1"/>'),
    P.PAUSED: (4, '<circle cx="2" cy="2" r="1.1" class="{f}"/>'),
    P.RECOVERED: (4, '<path d="M0 2h4" class="{c}" stroke-width="1.8"/>'),
}
"""The repeated part of a pattern: its size, and its shapes, with places for the class of a line or a filling."""

_FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_STATIC: Final = (
    f"text{{font:11px {_FONT};font-variant-numeric:tabular-nums}}"
    "path,line{fill:none}.b{font-weight:600}.m{font-weight:500}.s{font-size:10px}"
    ".mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}.l{font-size:13px}.k{font-size:12px}"
    ".dash{stroke-dasharray:4 3}.gap{stroke-dasharray:2 1.5}.dots{stroke-dasharray:0 4}"
    ".dots,[class^=S]{stroke-linecap:round;stroke-linejoin:round}"
)


def code(phase: ActionPhase | None) -> str:
    """Give the short name of a phase in class names; all phases that the table does not have share one."""
    return str(PHASE_TABLE[phase].number) if phase in PHASE_TABLE else "0"


def patterns(body: str) -> str:
    """Write the patterns that a drawing's body uses."""
    return "".join(_tile(phase) for phase in TILES if f'"p{code(phase)}"' in body)


def style_sheet(names: set[str]) -> str:
    """Write the rules for these class names."""
    light, dark = _rules(LIGHT), _rules(DARK)
    both = [name for name in light if name in names or name == "text"]
    tiles = "".join(f".p{code(phase)}{{fill:url(#P{code(phase)})}}" for phase in TILES if f"p{code(phase)}" in names)
    return (
        _STATIC
        + tiles
        + "".join(light[name] for name in both)
        + "@media(prefers-color-scheme:dark){"
        + "".join(dark[name] for name in both if dark[name] != light[name])
        + "}"
    )


def _tile(phase: ActionPhase) -> str:
    size, shape = TILES[phase]
    number = code(phase)
    return (
        f'<pattern id="P{number}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        + shape.format(c=f"s{number}", f=f"f{number}")
        + "</pattern>"
    )


def _rules(scheme: Scheme) -> dict[str, str]:
    """Give the rules of one scheme, by the class that needs them."""
    rules = {"text": f"text{{fill:{scheme.fg}}}"}
    for name, colour in (
        ("bg", scheme.bg),
        ("hover", scheme.hover),
        ("fg2", scheme.fg2),
        ("fg3", scheme.fg3),
        ("danger", scheme.danger),
        ("accent", scheme.accent),
        ("head", scheme.edge),
        ("headon", scheme.edge_on),
        ("Fn", scheme.line3),
    ):
        rules[name] = f".{name}{{fill:{colour}}}"
    for name, colour in (
        ("tick", scheme.line),
        ("gap", scheme.fg3),
        ("dots", scheme.line3),
        ("edge", scheme.edge),
        ("edgeon", scheme.edge_on),
        ("Sn", scheme.line3),
        ("link", scheme.accent),
    ):
        rules[name] = f".{name}{{stroke:{colour}}}"
    for name, ground, stroke in (
        ("panel", scheme.panel, scheme.line),
        ("node", scheme.bg, scheme.line2),
        ("error", scheme.danger_bg, scheme.danger_line),
        ("card", scheme.bg, scheme.line),
    ):
        rules[name] = f".{name}{{fill:{ground};stroke:{stroke}}}"
    for phase in (*PHASE_TABLE, None):
        n, colour = code(phase), fill(scheme, phase)
        tinted = mix(colour, scheme.bg, PATTERNED.get(phase, 0.17) if phase else 0.17)
        rules |= {
            f"f{n}": f".f{n}{{fill:{colour}}}",
            f"s{n}": f".s{n}{{stroke:{colour}}}",
            f"t{n}": f".t{n}{{fill:{tinted}}}",
            f"r{n}": f".r{n}{{fill:{scheme.bg};stroke:{colour}}}",
            f"c{n}": f".c{n}{{fill:{mix(colour, scheme.bg, scheme.tint)};stroke:{colour}}}",
            f"Fi{n}": f".Fi{n}{{fill:{ink(scheme, phase)}}}",
            f"Si{n}": f".Si{n}{{stroke:{ink(scheme, phase)}}}",
            f"Fo{n}": f".Fo{n}{{fill:{on(scheme, phase)}}}",
            f"So{n}": f".So{n}{{stroke:{on(scheme, phase)}}}",
        }
    return rules
