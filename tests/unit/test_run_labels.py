"""What tells runs from each other: the inputs in which they differ, and never a secret."""

from __future__ import annotations

from flyte_widgets.run.run_labels import run_labels


def test_runs_are_named_by_the_inputs_in_which_they_differ() -> None:
    """Those that are the same in all say nothing; three at most, in their order."""
    inputs = [{"data": "s3://x", "lr": lr, "epochs": 3 if lr < 0.1 else 5} for lr in (0.01, 0.02, 0.1)]
    assert run_labels(inputs) == ["lr=0.01, epochs=3", "lr=0.02, epochs=3", "lr=0.1, epochs=5"]
    many = [dict.fromkeys("abcde", n) for n in (1, 2)]
    assert run_labels(many) == ["a=1, b=1, c=1", "a=2, b=2, c=2"]


def test_what_cannot_be_said_in_a_word_is_no_label() -> None:
    """Lists and tables, inputs that were not read, runs that do not differ; a long text is cut, on one line."""
    assert run_labels([{"n": 1}, {"n": 1}]) == ["", ""]
    assert run_labels([{"rows": [1, 2]}, {"rows": [3]}]) == ["", ""]
    assert run_labels([{"n": 1}, None, {"n": 2}]) == ["n=1", "", "n=2"]
    assert run_labels([]) == []
    [long, other] = run_labels([{"text": "a\nb" * 50}, {"text": "\x1b[31mred"}])
    assert (len(long), "\n" in long, "\x1b" in other) == (29, False, False)


def test_yes_and_one_differ_and_a_missing_input_counts() -> None:
    """True is not 1; an input that only some have tells them apart."""
    assert run_labels([{"x": True}, {"x": 1}]) == ["x=True", "x=1"]
    assert run_labels([{"x": 1}, {}]) == ["x=1", ""]


def test_secrets_are_no_labels() -> None:
    """An input whose name looks like a secret's is passed over."""
    assert run_labels([{"api_key": "a", "n": 1}, {"api_key": "b", "n": 2}]) == ["n=1", "n=2"]
