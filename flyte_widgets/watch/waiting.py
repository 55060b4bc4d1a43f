"""Time limits as users give them."""

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
