"""Times of the backend as epoch milliseconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final

Milliseconds = float

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND: Final = timedelta(milliseconds=1)


def epoch_ms(time: datetime | None) -> Milliseconds | None:
    """Give a message's time. None for what is absent or zero (protobuf's and Go's): nobody is shown the year 1."""
    if time is None:
        return None
    ms = (time - _EPOCH) / _MILLISECOND
    return ms if ms > 0 else None


def moment(ms: Milliseconds) -> datetime:
    """Give the moment, in UTC; the last or first that Python knows where a backend's clock is absurd."""
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return (datetime.max if ms > 0 else datetime.min).replace(tzinfo=timezone.utc)


def exact_ms(time: datetime) -> Milliseconds:
    """Give a moment as epoch milliseconds, whatever it is."""
    return (time - _EPOCH) / _MILLISECOND


def all_epoch_ms(times: Iterable[datetime | None]) -> list[Milliseconds | None]:
    """Give the times of many messages, as `epoch_ms` does, without a call for each."""
    return [None if time is None or (ms := (time - _EPOCH) / _MILLISECOND) <= 0 else ms for time in times]
