"""The drawings of a snapshot: the progress strip, diagram and timeline by themselves, and all in one SVG. Pure."""

from __future__ import annotations

import textwrap
from typing import Final

from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import shortened
from flyte_widgets.widgets.static_view import diagram as states
from flyte_widgets.widgets.static_view import timeline as rows
from flyte_widgets.widgets.static_view.model import Snapshot
from flyte_widgets.widgets.static_view.paths import Path, path_of
from flyte_widgets.widgets.static_view.rows import ChosenRows, choose_rows, rows_of
from flyte_widgets.widgets.static_view.svg import bar_classes, chip, clean, document, num, rect, text
from flyte_widgets.widgets.static_view.words import done_words, phase_words, reported_counts, stack_place, took, when

WIDTH: Final = 960
STRIP_WIDTH: Final = 556
_STRIP_PX: Final = 6
PAD: Final = 4
"""Between a drawing's border and what it shows."""
_TIMELINE_LIMIT: Final = 20_000
"""Characters of SVG: beyond them the timeline is drawn coarser."""
_GRAINS_PX: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_ERROR_LINES: Final = 4
_ERROR_LETTERS: Final = 128


def strip_svg(snapshot: Snapshot) -> str:
    """Draw how many actions are in each phase, as one line. Without a ground: it stands on that of the page."""
    total = sum(snapshot.counts.values())
    title = ", ".join(f"{n:,} {phase.label.lower()}" for phase, n in reported_counts(snapshot)) or "No actions"
    body = _strip(snapshot, 0, 0, STRIP_WIDTH) if total else ""
    return document(STRIP_WIDTH, _STRIP_PX, title, body, opaque=False, elastic=True)


def diagram_svg(snapshot: Snapshot) -> str:
    """Draw the state diagram on a ground of its own."""
    body = f'<g transform="translate({PAD} {PAD})">{states.diagram(snapshot)}</g>'
    return document(states.WIDTH + 2 * PAD, states.HEIGHT + 2 * PAD, diagram_words(snapshot), body)


def timeline_svg(snapshot: Snapshot, chosen: ChosenRows) -> str:
    """Draw the timeline on a ground of its own."""
    body, height = _timeline(snapshot, chosen)
    inner = f'<g transform="translate({PAD} {PAD})">{body}</g>'
    return document(rows.WIDTH + 2 * PAD, height + 2 * PAD, rows.words(snapshot, chosen), inner)


def diagram_words(snapshot: Snapshot) -> str:
    """Say what the diagram shows, for those who do not see it: "Queued 2.0s, Running 3m 38s"."""
    root = snapshot.root
    path = path_of(root, snapshot.end_ms) if root is not None else Path()
    spent = [f"{phase.label} {duration(ms)}" for phase, ms in path.spent_ms.items()]
    return ", ".join(spent) or "The phases were not read."


def whole_svg(snapshot: Snapshot) -> str:
    """Draw all of it, as a file of its own: header, counts, error, diagram, timeline, footer."""
    inner = WIDTH - 2 * 12
    parts, y = [_header(snapshot)], 38.0
    if snapshot.counts:
        parts.append(_progress(snapshot, y))
        y += 24
    error, error_px = _error(snapshot, y, inner)
    parts.append(error)
    y += error_px + 8
    if snapshot.actions:
        body, height = _timeline(snapshot, choose_rows(rows_of(snapshot.actions)))
        parts.append(f'<g transform="translate(12 {num(y)})">{states.diagram(snapshot)}</g>')
        parts.append(f'<g transform="translate({WIDTH - 12 - rows.WIDTH} {num(y)})">{body}</g>')
        y += max(states.HEIGHT, height) + 12
    parts.append(text(12, y + 12, f"Saved by flyte-widgets {snapshot.version}.", "fg3"))
    parts.append(text(WIDTH - 12, y + 12, shortened(snapshot.reference, 100), "fg3 mono", end=True))
    title = f"Flyte run {snapshot.run_name}: {phase_words(snapshot)}"
    card = '<g transform="translate(.5 .5)">' + rect(0, 0, WIDTH - 1, y + 23, "card", 8) + "</g>"
    return document(WIDTH, y + 24, title, card + "".join(parts), opaque=False)


def _timeline(snapshot: Snapshot, chosen: ChosenRows) -> tuple[str, float]:
    for grain_px in _GRAINS_PX:
        body, height = rows.timeline(snapshot, chosen, grain_px)
        if len(body) <= _TIMELINE_LIMIT:
            break
    return body, height


def _strip(snapshot: Snapshot, x: float, y: float, width: float) -> str:
    counts = sorted(
        ((phase, n) for phase, n in snapshot.counts.items() if n > 0), key=lambda entry: stack_place(entry[0])
    )
    total = sum(n for _, n in counts)
    # At least 2 px a phase, and 1 px between them.
    free = width - 3 * len(counts) + 1
    parts = []
    for phase, n in counts:
        part = 2 + free * n / total
        parts += [rect(x, y, part, _STRIP_PX, name, min(3, part / 2)) for name in bar_classes(phase)]
        x += part + 1
    return "".join(parts)


def _header(snapshot: Snapshot) -> str:
    name = shortened(snapshot.task_name or snapshot.run_name, 48)
    bold = f'<tspan class="l b">{clean(phase_words(snapshot))}</tspan>'
    task = f'<tspan dx="12" class="l b">{clean(name)}</tspan>'
    run = (
        f'<tspan dx="8" class="k mono fg2">{clean(shortened(snapshot.run_name, 40))}</tspan>'
        if snapshot.task_name
        else ""
    )
    length = f'<tspan dx="10" class="l m">{clean(took(snapshot))}</tspan>'
    attempt = f'<tspan dx="10" class="k fg2">attempt {snapshot.attempt}</tspan>' if snapshot.attempt > 1 else ""
    words = f'<text x="34" y="26.5">{bold}{task}{run}{length}{attempt}</text>'
    mark = chip(snapshot.phase, 12, 14, 16)
    return mark + words + text(WIDTH - 12, 26.5, when(snapshot), "k fg2", end=True)


def _progress(snapshot: Snapshot, y: float) -> str:
    done, of = done_words(snapshot)
    parts = [f'<tspan class="b">{done}</tspan> {of}']
    for phase, n in reported_counts(snapshot):
        words = f"{n:,} {clean(phase.label.lower())}"
        failed = phase.value == "failed"
        parts.append(f'<tspan class="danger m">{words}</tspan>' if failed else f'<tspan class="fg2">{words}</tspan>')
    counts = '<tspan class="fg3"> · </tspan>'.join(parts)
    width = (
        WIDTH - 2 * 12 - 60 - 6.3 * sum(len(f"{n:,} {phase.label} · ") for phase, n in reported_counts(snapshot)) - 110
    )
    bar = _strip(snapshot, 12, y + 5, max(120, width))
    return f'{bar}<text x="{WIDTH - 12}" y="{num(y + 12)}" text-anchor="end" class="k">{counts}</text>'


def _error(snapshot: Snapshot, y: float, width: float) -> tuple[str, float]:
    """Draw the error's block; gives it, and its height with the space before it."""
    failure = snapshot.failure
    if failure is None:
        return "", 0
    lines = [
        piece
        for line in failure.message.strip().splitlines()
        for piece in textwrap.wrap(line, _ERROR_LETTERS, drop_whitespace=False) or [""]
    ]
    left_out = len(lines) - _ERROR_LINES
    shown = lines[-_ERROR_LINES:]  # the end of a traceback says most
    height = 30 + 16 * len(shown)
    parts = [rect(12.5, y + 6.5, width - 1, height, "error" if snapshot.ended_badly else "panel", 4)]
    about = f'<tspan class="b">{clean(shortened(failure.name, 60))}</tspan>'
    details = (
        f" {failure.action} · " + error_words(snapshot) + (f" · {left_out} more lines above" if left_out > 0 else "")
    )
    parts.append(f'<text x="22" y="{num(y + 24)}" class="k">{about}<tspan class="fg2">{clean(details)}</tspan></text>')
    parts += [
        text(22, y + 42 + 16 * place, line, "mono").replace("<text", '<text xml:space="preserve"')
        for place, line in enumerate(shown)
    ]
    return "".join(parts), height + 10


def error_words(snapshot: Snapshot) -> str:
    """Say of which attempt the error is, and by whose fault: "attempt 2 · user error"."""
    failure = snapshot.failure
    if failure is None:
        return ""
    attempt = f"attempt {failure.attempt} · " if failure.attempt > 1 else ""
    return attempt + (f"{failure.kind} error" if failure.kind else "error")
