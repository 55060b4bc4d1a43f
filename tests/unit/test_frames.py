"""A run as data: rows of actions and segments, a dict that is JSON, a DataFrame that equals the actions."""

from __future__ import annotations

import builtins
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from flyte_widgets.api.messages import ErrorInfo
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.run.frames import ActionRow, action_rows, data_frame, run_dict, segment_rows
from flyte_widgets.run.state import RunState
from tests.run_messages import at, attempt, details, enriched, listed, ms, status

ERROR = ErrorInfo("ValueError: n is too big", "KIND_USER")


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def a_run() -> tuple[RunState, dict[str, Any]]:
    state = RunState()
    state.fold_enriched([enriched("a0", "RUNNING", 0, name="main")], ms(0))
    steps = (("QUEUED", 2, 3), ("WAITING_FOR_RESOURCES", 3, 5), ("INITIALIZING", 5, 6), ("RUNNING", 6, 9))
    first = attempt(1, "FAILED", *steps, ("FAILED", 9, 9), end=9)
    second = attempt(2, "FAILED", ("RUNNING", 10, 14), ("FAILED", 14, 14), end=14)
    told = details("a1", status("FAILED", 2, 14, 2), first, second, name="square", parent="a0", group="g")
    read = {"a1": replace(told, error_info=ERROR)}
    state.fold_details(read["a1"], ms(15))
    cached = listed("a2", "SUCCEEDED", 1, 2, name="load", parent="a0")
    state.fold_listed([replace(cached, status=replace(cached.status, cache_status="CACHE_HIT"))], ms(15))
    return state, read


def enriched_rows() -> list[ActionRow]:
    state, read = a_run()
    return action_rows(state, ms(20), read)


def test_rows_tell_times_and_time_by_phase() -> None:
    """Over all attempts; up to now for what goes on; None for phases that were not read."""
    main, square, load = enriched_rows()
    assert main == ActionRow(
        "a0", "main", "", "", "running", 1, at(0), None, s(20), s(0), s(0), s(0), s(20), False, "", True
    )
    assert square == ActionRow(
        "a1",
        "square",
        "a0",
        "g",
        "failed",
        2,
        at(2),
        at(14),
        s(12),
        s(1),
        s(2),
        s(1),
        s(7),
        False,
        "ValueError: n is too big",
        True,
    )
    assert (load.cache, load.duration, load.running, load.on_critical_path) == (True, s(1), None, True)


def test_segments_are_one_row_each() -> None:
    """With attempt, times in UTC, and whether the backend said so."""
    state, _ = a_run()
    rows = segment_rows(state)
    square = [(row.attempt, row.phase, row.start, row.end, row.inferred) for row in rows if row.action == "a1"]
    assert square[0] == (1, "queued", at(2), at(3), False)
    assert square[-2:] == [(2, "running", at(10), at(14), False), (2, "failed", at(14), at(14), False)]
    assert [(row.end, row.inferred) for row in rows if row.action == "a0"] == [(None, True)]


def test_a_dict_is_json() -> None:
    """Times as ISO 8601 with UTC, lengths in seconds, nothing that JSON does not have."""
    state, _ = a_run()
    told = run_dict("r1", "main", enriched_rows(), segment_rows(state), phase="running")
    assert json.loads(json.dumps(told)) == told
    assert (told["name"], told["phase"], told["actions"][1]["duration"]) == ("r1", "running", 12.0)
    assert told["actions"][1]["started"] == at(2).isoformat()  # type: ignore[union-attr]


def test_pandas_equals_the_rows() -> None:
    """Action by action and column by column, with pandas' own types of times."""
    import pandas as pd

    rows = enriched_rows()
    frame = data_frame(rows)
    assert list(frame.columns) == list(ActionRow._fields)
    kinds = {column: str(kind) for column, kind in frame.dtypes.items()}
    assert all(kinds[column].startswith("datetime64[") and "UTC" in kinds[column] for column in ("started", "ended"))
    assert all(kinds[column].startswith("timedelta64[") for column in ("duration", "queued", "waiting", "running"))
    for row, (_, told) in zip(rows, frame.iterrows(), strict=True):
        for column, value in row._asdict().items():
            assert pd.isna(told[column]) if value is None else told[column] == value, column
    assert list(data_frame([]).columns) == list(ActionRow._fields)


def test_without_pandas_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """pandas is asked for only by to_pandas()."""
    real = builtins.__import__

    def without_pandas(name: str, *args: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(FlyteWidgetsError, match="pip install pandas"):
        data_frame([])
