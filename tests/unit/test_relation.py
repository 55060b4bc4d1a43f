"""Whose rerun a run is, in words."""

from __future__ import annotations

from flyte_widgets.phases import ActionPhase as P
from flyte_widgets.run.relation import Relation, lineage_words
from flyte_widgets.run.rerun_code import rerun_code
from flyte_widgets.watch.status import AnswerStatus
from flyte_widgets.widgets.answer_words import answer_line


def test_a_recovery_says_how_much_it_took_over() -> None:
    """By what was seen: a backend that ignores it has taken over nothing."""
    relation = Relation("recover", "r4p2bdpt7f")
    assert lineage_words(relation, {P.RUNNING: 1}, is_over=False) == "recovers r4p2bdpt7f"
    counts = {P.RECOVERED: 1_044, P.SUCCEEDED: 6}
    assert lineage_words(relation, counts, is_over=True) == "recovered 1,044 of 1,050 actions of r4p2bdpt7f"
    assert lineage_words(relation, {P.SUCCEEDED: 50}, is_over=True) == "recovered 0 of 50 actions of r4p2bdpt7f"
    assert lineage_words(Relation("rerun", "r4"), counts, is_over=True) == "rerun of r4"
    assert "\n" not in lineage_words(Relation("rerun", "r4\n" * 100), counts, is_over=True)


def test_an_answer_says_who_and_when() -> None:
    status = AnswerStatus(
        "answered_elsewhere", "a52", "gate", "yes", "kim@acme.dev", 1_800_000_192_000, 1_800_000_000_000
    )
    assert answer_line(status) == "gate a52 was answered yes by kim@acme.dev at 08:03:12 UTC after 3m 12s"
    assert answer_line(AnswerStatus("timed_out", "a52", "gate")) == "gate a52: nobody answered in time"
    assert answer_line(AnswerStatus("sent", "a52", "gate", "yes")) == ""


def test_the_call_that_starts_a_run_again() -> None:
    """The SDK's, but for what it cannot start; with what was changed, and nothing else."""

    def code(action: str = "a0", *, recover: bool = False, is_local: bool = False, **changed: object) -> str:
        return rerun_code("r4", action, changed, recover=recover, force=["a3"], is_local=is_local)

    assert code() == 'flyte.rerun("r4")'
    assert code(n=40, note="it's") == 'flyte.rerun("r4", n=40, note="it\'s")'
    assert code("a2", n=1) == 'flyte.rerun("r4", action_name="a2", n=1)'
    assert code(recover=True) == "flyte.rerun(\"r4\", recover=True, force_rerun_actions=['a3'])"
    assert code(**{"not a name": 1}) == "flyte.rerun(\"r4\", **{'not a name': 1})"
    assert code(is_local=True, n=5) == 'fw.Run("r4").rerun(n=5)'
    assert code("a2", is_local=True) == 'fw.Run("r4").actions["a2"].rerun()'
