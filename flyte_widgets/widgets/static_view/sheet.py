"""The style sheet and the patterns of a drawing: the rules that it uses, in both schemes. Pure.

Class names are short, for a notebook keeps them: a letter for the part, then the phase's number on the wire.
"""

from __future__ import annotations

from typing import Final

from flyte_widgets.phases import PHASE_TABLE, ActionPhase
from flyte_widgets.shared import table
from flyte_widgets.widgets.static_view.colours import DARK, LIGHT, Scheme, mix

_PATTERNS: Final = table("patterns")
_UNKNOWN_PATTERN: Final = "outline"

_FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_STATIC: Final = (
    f"text{{font:11px {_FONT};font-variant-numeric:tabular-nums}}"
    "path,line{fill:none}.b{font-weight:600}.m{font-weight:500}.s{font-size:10px}"
    ".mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}.l{font-size:13px}.k{font-size:12px}"
    ".halo{paint-order:stroke;stroke-width:3px}"
    ".dash{stroke-dasharray:4 3}.gap{stroke-dasharray:2 1.5}.dots{stroke-dasharray:0 4}"
    ".dots,[class^=S]{stroke-linecap:round;stroke-linejoin:round}"
)


def code(phase: ActionPhase | None) -> str:
    """Give the short name of a phase in class names; all phases that the table does not have share one."""
    return str(PHASE_TABLE[phase].number) if phase in PHASE_TABLE else "0"


def pattern_of(phase: ActionPhase | None) -> str:
    """Give the name of the pattern of a phase's bars; "solid" where its colour alone fills them."""
    return PHASE_TABLE[phase].pattern if phase in PHASE_TABLE else _UNKNOWN_PATTERN


def has_tile(phase: ActionPhase | None) -> bool:
    """Tell whether the bars of a phase have a pattern with lines or dots."""
    return "d" in _PATTERNS[pattern_of(phase)]


def pattern_defs(body: str) -> str:
    """Write the `<pattern>` elements that a drawing's body uses."""
    return "".join(_tile(phase) for phase in PHASE_TABLE if has_tile(phase) and f'"p{code(phase)}"' in body)


def style_sheet(names: set[str]) -> str:
    """Write the rules for these class names."""
    light, dark = _rules(LIGHT), _rules(DARK)
    both = [name for name in light if name in names or name == "text"]
    tiles = "".join(
        f".p{code(phase)}{{fill:url(#P{code(phase)})}}" for phase in PHASE_TABLE if f"p{code(phase)}" in names
    )
    return (
        _STATIC
        + tiles
        + "".join(light[name] for name in both)
        + "@media(prefers-color-scheme:dark){"
        + "".join(dark[name] for name in both if dark[name] != light[name])
        + "}"
    )


def _tile(phase: ActionPhase) -> str:
    number, tile = code(phase), _PATTERNS[pattern_of(phase)]
    size = tile["sizePx"]
    paint = f'class="f{number}"' if tile.get("fill") else f'class="s{number}" stroke-width="{tile["strokePx"]}"'
    return (
        f'<pattern id="P{number}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<path d="{tile["d"]}" {paint}/></pattern>'
    )


def _rules(scheme: Scheme) -> dict[str, str]:
    """Give the rules of one scheme, by the class that needs them."""
    colours = scheme.colours
    rules = {"text": f"text{{fill:{colours['fg']}}}"}
    for name, colour in (
        ("bg", colours["bg"]),
        ("hover", colours["hover"]),
        ("fg2", colours["fg2"]),
        ("fg3", colours["fg3"]),
        ("danger", colours["danger"]),
        ("accent", colours["accent"]),
        ("head", colours["edge"]),
        ("headon", colours["edgeOn"]),
        ("Fn", colours["line3"]),
    ):
        rules[name] = f".{name}{{fill:{colour}}}"
    for name, colour in (
        ("tick", colours["line"]),
        ("gap", colours["fg3"]),
        ("dots", colours["line3"]),
        ("edge", colours["edge"]),
        ("edgeon", colours["edgeOn"]),
        ("Sn", colours["line3"]),
        ("link", colours["accent"]),
        # A line may pass behind a text.
        ("halo", colours["panel"]),
    ):
        rules[name] = f".{name}{{stroke:{colour}}}"
    for name, ground, stroke in (
        ("panel", colours["panel"], colours["line"]),
        ("node", colours["bg"], colours["line2"]),
        ("error", colours["dangerBg"], colours["dangerLine"]),
        ("card", colours["bg"], colours["line"]),
    ):
        rules[name] = f".{name}{{fill:{ground};stroke:{stroke}}}"
    for phase in (*PHASE_TABLE, None):
        n, colour = code(phase), scheme.fill(phase)
        rules |= {
            f"f{n}": f".f{n}{{fill:{colour}}}",
            f"s{n}": f".s{n}{{stroke:{colour}}}",
            f"t{n}": f".t{n}{{fill:{mix(colour, colours['bg'], _PATTERNS[pattern_of(phase)]['tint'])}}}",
            f"r{n}": f".r{n}{{fill:{colours['bg']};stroke:{scheme.ring(phase)}}}",
            f"c{n}": f".c{n}{{fill:{scheme.current(phase)};stroke:{colour}}}",
            f"Fi{n}": f".Fi{n}{{fill:{scheme.ink(phase)}}}",
            f"Si{n}": f".Si{n}{{stroke:{scheme.ink(phase)}}}",
            f"Fo{n}": f".Fo{n}{{fill:{scheme.on(phase)}}}",
            f"So{n}": f".So{n}{{stroke:{scheme.on(phase)}}}",
        }
    return rules
