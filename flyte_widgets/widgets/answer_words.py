"""How conditions ended, in words: for terminals and static views. Pure."""

from __future__ import annotations

from typing import Final

from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.status import AnswerStatus

_NAME_LIMIT: Final = 60


def answer_line(status: AnswerStatus) -> str:
    """Say how a condition ended: what was answered, and by whom; "" while it has not."""
    at = f" at {moment(status.at_ms):%H:%M:%S} UTC" if status.at_ms else ""
    waited_ms = (status.at_ms or 0.0) - (status.since_ms or 0.0)
    waited = f" after {duration(waited_ms)}" if status.at_ms and status.since_ms and waited_ms > 0 else ""
    if status.state in ("answered", "answered_elsewhere"):
        who = f" by {bounded_name(status.by)}" if status.by else ""
        return f"{bounded_name(status.name)} {status.action} was answered {one_line(status.value)}{who}{at}{waited}"
    if status.state == "timed_out":
        return f"{bounded_name(status.name)} {status.action}: nobody answered in time{waited}"
    return ""


def bounded_name(name: str) -> str:
    """Give a foreign name as it is safe to show in a line."""
    return one_line(shortened(name, _NAME_LIMIT))
