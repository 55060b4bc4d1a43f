"""Numbers as users give them: time limits, attempts."""

from __future__ import annotations

import math
from typing import Final

from flyte_widgets.errors import FlyteWidgetsError

_FOREVER_S: Final = 1e8
"""Three years. No lock can wait for much longer times."""


def time_limit(timeout: float | None) -> float | None:
    """Give the seconds of a `timeout`; None: no limit, also for infinity. Raises FlyteWidgetsError for no number."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or math.isnan(timeout):
        raise FlyteWidgetsError(
            f"timeout is {timeout!r}.", hint="Give seconds as a number, or None to wait as long as it takes."
        )
    return None if timeout > _FOREVER_S else max(0.0, timeout)


def attempt_number(attempt: int | None) -> int | None:
    """Give the number of an `attempt`; None: the newest. Raises FlyteWidgetsError for what numbers none."""
    if attempt is None:
        return None
    if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
        raise FlyteWidgetsError(
            f"attempt is {attempt!r}.", hint="Give a whole number from 1 on, or None for the newest attempt."
        )
    return attempt
