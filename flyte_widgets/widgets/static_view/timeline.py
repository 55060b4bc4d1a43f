"""The timeline of the static view, 394 px wide: one line a row, 15 px each, at most 14 of them. Pure.

As in the live one the work of an ended attempt has the colour of how it ended, a retried attempt's end is dashed,
and a fold shows the share of its members in each phase. `grain_px` bounds the size: nothing finer is drawn apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.times import Milliseconds
from flyte_widgets.run.words import duration, plural
from flyte_widgets.untrusted import shortened
from flyte_widgets.widgets.static_view.axis import Axis
from flyte_widgets.widgets.static_view.folds import STRIP_PX, fold_strip
from flyte_widgets.widgets.static_view.model import KnownAction, Snapshot
from flyte_widgets.widgets.static_view.rows import ChosenRows, Row
from flyte_widgets.widgets.static_view.sheet import code
from flyte_widgets.widgets.static_view.spans import Attempt, Span, drawn_attempts
from flyte_widgets.widgets.static_view.svg import bar_classes, clean, glyph, is_outlined, num, rect, text

WIDTH: Final = 394
ROW_PX: Final = 15
_FIRST_ROW_Y: Final = 22.5
_BAR_PX: Final = 9
_LABEL_PX: Final = 112
_PLOT_END_PX: Final = WIDTH - 19
_INDENT_PX: Final = 8
_MOST_INDENTS: Final = 4
_MOST_ATTEMPTS: Final = 24
_CAP_PX: Final = 9.5
_LETTER_PX: Final = 6.1
"""About the width of a letter at 11 px, in a font that runs wide."""


def timeline(snapshot: Snapshot, chosen: ChosenRows, grain_px: float = 1) -> tuple[str, float]:
    """Draw the rows; gives the drawing's body and its height."""
    rows, left_out = chosen
    from_ms = _start_ms(rows, snapshot)
    ends = [attempt.end_ms for row in rows if not row.is_fold for attempt in drawn_attempts(row.members[0], snapshot)]
    to_ms = max([from_ms + 1, snapshot.end_ms, *ends])
    axis = Axis(from_ms, to_ms, _LABEL_PX, _PLOT_END_PX)
    height = _FIRST_ROW_Y + ROW_PX * len(rows) - 3 + (ROW_PX if left_out else 0)
    parts = []
    for x, label in axis.ticks():
        parts.append(f'<path d="M{num(x)} 3V{num(height - 2)}" class="tick"/>')
        if x < WIDTH - 30:
            parts.append(text(x + 4, 9, label, "s fg3"))
    for place, row in enumerate(rows):
        parts.append(_row(row, _FIRST_ROW_Y + ROW_PX * place, snapshot, axis, grain_px))
    if left_out:
        parts.append(text(13, _FIRST_ROW_Y + ROW_PX * len(rows) + 4, f"and {plural(left_out, 'row')} more", "s fg3"))
    return "".join(parts), height


def _start_ms(rows: Sequence[Row], snapshot: Snapshot) -> Milliseconds:
    """Give when the run began; else the earliest that is known of it. A start that is yet to come cannot be true."""
    if snapshot.started_ms is not None and snapshot.started_ms <= snapshot.end_ms:
        return snapshot.started_ms
    starts = [action.created_ms for row in rows for action in row.members if action.created_ms is not None]
    return min([*starts, snapshot.end_ms])


def words(snapshot: Snapshot, chosen: ChosenRows) -> str:
    """Say what the timeline shows, for those who do not see it: "etl.pipeline failed, 4m 06s; prepare ×4 succeeded"."""
    parts = []
    for row in chosen.rows:
        phase = row.phase.label.lower() if row.phase is not None else "unknown"
        times = f" ×{len(row.members):,}" if row.is_fold else ""
        attempts = [] if row.is_fold else drawn_attempts(row.members[0], snapshot)
        length = f", {duration(attempts[-1].end_ms - attempts[0].start_ms)}" if attempts else ""
        parts.append(f"{shortened(row.label, 60)}{times} {phase}{length}")
    more = [f"and {plural(chosen.left_out, 'row')} more"] if chosen.left_out else []
    return "; ".join([*parts, *more])


def _row(row: Row, y: float, snapshot: Snapshot, axis: Axis, grain_px: float) -> str:
    x = _INDENT_PX * min(row.level, _MOST_INDENTS)
    times = f" ×{len(row.members):,}" if row.is_fold else ""
    letters = max(4, int((_LABEL_PX - 13 - x) / _LETTER_PX) - len(times))
    name = clean(shortened(row.label, letters))
    count = f'<tspan class="fg3">{times}</tspan>' if times else ""
    label = f'<text x="{num(13 + x)}" y="{num(y + 4)}">{name}{count}</text>'
    mark = glyph(row.phase, 5 + x, y, _CAP_PX, "i")
    if not row.is_fold:
        return mark + label + _bars(row.members[0], y, snapshot, axis, grain_px)
    strip, end_x = fold_strip(row.members, y - STRIP_PX / 2, snapshot, axis, max(3.0, 3 * grain_px))
    cap = glyph(row.phase, end_x + 9, y, _CAP_PX, "i") if row.phase is not None and row.phase.is_terminal else ""
    return mark + label + strip + cap


def _bars(action: KnownAction, y: float, snapshot: Snapshot, axis: Axis, grain_px: float) -> str:
    parts = []
    attempts = _joined(drawn_attempts(action, snapshot), max(3, int(_MOST_ATTEMPTS / grain_px)))
    if action.created_ms is not None:
        until_ms = attempts[0].start_ms if attempts else snapshot.end_ms
        x0, x1 = axis.x(action.created_ms), axis.x(until_ms) - 4
        if x1 - x0 >= 5 and not action.is_terminal:
            parts.append(f'<path d="M{num(x0)} {num(y)}H{num(x1)}" class="dots" stroke-width="1.5"/>')
    for place, attempt in enumerate(attempts):
        following = attempts[place + 1] if place + 1 < len(attempts) else None
        end_x = max(axis.x(attempt.start_ms) + 1, axis.x(attempt.end_ms))
        if following is not None:
            # Attempts that follow at once still look like two, with room for the dashed line.
            end_x = max(axis.x(attempt.start_ms) + 1, min(end_x, axis.x(following.start_ms) - 3))
        parts += [_box(x0, x1, y, phase) for x0, x1, phase in _boxes(attempt, end_x, axis, grain_px)]
        if attempt.start_inferred and end_x - axis.x(attempt.start_ms) > 8:
            parts.append(_gap(axis.x(attempt.start_ms) - 1.5, y))
        if attempt.end_inferred or (attempt.outcome is None and following is None):
            parts.append(_gap(end_x + 1.5, y))
        if following is None and attempt.outcome is not None:
            parts.append(glyph(attempt.outcome, end_x + (11 if attempt.end_inferred else 9), y, _CAP_PX, "i"))
    if not attempts and action.is_terminal and action.created_ms is not None:
        parts.append(glyph(action.phase, axis.x(action.created_ms) + 6, y, _CAP_PX, "i"))
    return "".join(parts)


def _gap(x: float, y: float) -> str:
    """Write the dashed line of a start or an end that is not the backend's word."""
    return f'<path d="M{num(x)} {num(y - 6)}v12" class="gap" stroke-width="1.25"/>'


def _joined(attempts: list[Attempt], most: int) -> list[Attempt]:
    """Draw the first of too many attempts as one that failed, which each of them has."""
    early, late = attempts[: -most + 1], attempts[-most + 1 :]
    if len(attempts) <= most:
        return attempts
    span = Span(ActionPhase.FAILED, early[0].start_ms, early[-1].end_ms)
    return [Attempt(span.start_ms, span.end_ms, ActionPhase.FAILED, spans=[span]), *late]


def _boxes(attempt: Attempt, end_x: float, axis: Axis, grain_px: float) -> list[tuple[float, float, ActionPhase]]:
    """Give the boxes of an attempt: x from, x to, whose colour. What is finer than the grain joins its neighbour."""
    boxes: list[tuple[float, float, ActionPhase]] = []
    for phase, start_ms, stop_ms in attempt.spans:
        shown = attempt.outcome if phase is ActionPhase.RUNNING and attempt.outcome is not None else phase
        x0, x1 = axis.x(start_ms), min(end_x, axis.x(stop_ms))
        if boxes and (x1 - x0 < grain_px or boxes[-1][2] is shown):
            boxes[-1] = (boxes[-1][0], max(boxes[-1][1], x1), boxes[-1][2])
            continue
        if boxes and boxes[-1][1] - boxes[-1][0] < grain_px:
            x0 = boxes.pop()[0]
        if boxes:
            # The gap comes off the earlier box, so that a box begins where its phase began.
            boxes[-1] = (boxes[-1][0], max(boxes[-1][0] + 0.5, min(boxes[-1][1], x0 - 1)), boxes[-1][2])
        boxes.append((x0, max(x1, x0 + 1), shown))
    return boxes


def _box(x0: float, x1: float, y: float, phase: ActionPhase) -> str:
    width = max(0.5, x1 - x0)
    radius = 2 if width > 5 else 0
    layers = "".join(rect(x0, y - _BAR_PX / 2, width, _BAR_PX, name, radius) for name in bar_classes(phase))
    if not is_outlined(phase) or width < 2:
        return layers
    line = f'<rect x="{num(x0 + 0.5)}" y="{num(y - _BAR_PX / 2 + 0.5)}" width="{num(width - 1)}" height="{_BAR_PX - 1}"'
    return f'{layers}{line} rx="{min(1.5, radius)}" fill="none" class="s{code(phase)}"/>'
