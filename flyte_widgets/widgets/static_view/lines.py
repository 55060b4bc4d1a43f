"""Lines with right angles and their rounded paths, as in js/src/run/diagram/geometry.ts. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = Sequence[float]
"""x, y."""
Line = Sequence[Point]


def path_data(line: Line, corner_px: float) -> str:
    """Give the `d` of a line's path. A corner is rounded less where a stretch is too short."""
    parts = [f"M{_point(line[0])}"]
    for i in range(1, len(line) - 1):
        before, at, after = line[i - 1 : i + 2]
        # Two corners share the stretch between them; the first and the last stretch have only one.
        free_before = _distance(before, at) / (2 if i > 1 else 1)
        free_after = _distance(at, after) / (2 if i + 2 < len(line) else 1)
        radius_px = min(corner_px, free_before, free_after)
        parts.append(f"L{_point(_towards(at, before, radius_px))}")
        parts.append(f"Q{_point(at)} {_point(_towards(at, after, radius_px))}")
    return "".join([*parts, f"L{_point(line[-1])}"])


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: Point, b: Point, px: float) -> Point:
    length = _distance(a, b)
    return a if length == 0 else (a[0] + (b[0] - a[0]) * px / length, a[1] + (b[1] - a[1]) * px / length)


def _point(point: Point) -> str:
    # Halves are rounded up, as in JavaScript.
    return " ".join(f"{math.floor(n * 10 + 0.5) / 10:g}" for n in point)
