"""What the browser gets of an action's details."""

from __future__ import annotations

from flyte_widgets.api.messages import AbortInfo, ActionAttempt, ActionDetails, ClusterEvent, ConditionSpec, ErrorInfo
from flyte_widgets.redaction import register
from flyte_widgets.run.state import RunState
from flyte_widgets.wire.detail import action_detail, error_info


def test_colours_of_a_terminal_are_left_out() -> None:
    """A traceback that was coloured for a terminal is read without its colours, by its exception's name, too."""
    told = error_info(ErrorInfo(message="\x1b[1;31mValueError\x1b[0m: no \x1b[32mgreen\x1b[0m", kind="KIND_USER"))
    assert told == {"kind": "user", "title": "ValueError", "message": "ValueError: no green", "code": ""}


def test_colours_in_events_are_left_out() -> None:
    """Likewise a cluster event."""
    event = ClusterEvent(message="\x1b[33mpulling\x1b[0m the image")
    details = ActionDetails(attempts=[ActionAttempt(attempt=1, cluster_events=[event])])
    state = RunState()
    state.fold_details(details, 0.0)
    assert state.root is not None
    (attempt,) = action_detail(details, state.root, "")["attempts"]
    assert [one["message"] for one in attempt["events"]] == ["pulling the image"]


def test_a_secret_of_ours_that_a_task_repeats_does_not_cross() -> None:
    """What crosses is saved with the notebook: an error that shows the token that it was given, an event, a prompt."""
    register("t0ken-of-the-caller")
    said = "refused: t0ken-of-the-caller"
    details = ActionDetails(
        error_info=ErrorInfo(message=said, code=said),
        abort_info=AbortInfo(reason=said),
        condition=ConditionSpec(prompt=said, description=said),
        attempts=[
            ActionAttempt(attempt=1, error_info=ErrorInfo(message=said), cluster_events=[ClusterEvent(message=said)])
        ],
    )
    state = RunState()
    state.fold_details(details, 0.0)
    assert state.root is not None
    told = repr(action_detail(details, state.root, ""))
    assert "t0ken" not in told
    assert told.count("refused: [redacted]") == 7
