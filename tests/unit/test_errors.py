"""What a backend says becomes an error that names what is wrong, and nothing that is nobody's business."""

from __future__ import annotations

import pytest

from flyte_widgets.api.rpc_errors import rpc_error
from flyte_widgets.errors import NotFoundError, UnavailableError, UnknownError

WHY = "failed to connect to `user=flyte database=runs`: 10.0.0.9:5432 (db.internal): dial error: connection refused"


@pytest.mark.parametrize("words", ["failed to get run", "action not found: failed to get action"])
def test_a_database_that_is_away_is_an_outage(words: str) -> None:
    """not_found, but not of what was asked for: the open-source backend says so when it cannot read. It is retried."""
    error = rpc_error("not_found", f"{words}: {WHY}")
    assert isinstance(error, UnavailableError)
    assert error.transient
    for private in ("10.0.0.9", "db.internal", "user=", "database=", "5432"):
        assert private not in str(error)


@pytest.mark.parametrize(
    "words", ["run not found: p/d/r1", "action not found: p/d/r1/a7", "failed to get run: not found"]
)
def test_what_is_not_there_is_not_found(words: str) -> None:
    """The genuine thing keeps its words."""
    error = rpc_error("not_found", words)
    assert isinstance(error, NotFoundError)
    assert error.message == words


def test_an_error_of_the_database_keeps_what_is_not_private() -> None:
    """What failed is said, where the database is, is not; another cause stays."""
    assert rpc_error("unknown", f"failed to list actions: {WHY}").message == (
        "failed to list actions: its database does not answer"
    )
    kept = rpc_error("unknown", "failed to get task: no version v7")
    assert isinstance(kept, UnknownError)
    assert kept.message == "failed to get task: no version v7"
