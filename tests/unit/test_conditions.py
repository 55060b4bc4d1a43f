"""What a condition asks, and which answers are accepted; the fields of a rerun's form."""

from __future__ import annotations

import enum
import math
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.api.protojson import decode_message
from flyte_widgets.errors import InputError
from flyte_widgets.run.conditions import answer_from_text, answer_words, checked_answer, waiting_condition
from flyte_widgets.run.literals_encode import encode
from flyte_widgets.run.rerun_form import field_of, value_from_text

INT = {"simple": "INTEGER"}


@pytest.mark.parametrize(
    ("value", "of"),
    [
        (True, "bool"),
        (False, "bool"),
        (0, "int"),
        (2**63 - 1, "int"),
        (-(2**63), "int"),
        (0.5, "float"),
        ("", "str"),
        ("no", "str"),
        (False, ""),
        (7, ""),
        (1.5, ""),
        ("", ""),
    ],
)
def test_an_answer_of_the_right_type_stays_as_it_is(value: Any, of: str) -> None:
    """Of the same type, too: 1 is no True."""
    checked = checked_answer(value, of)
    assert checked == value
    assert type(checked) is type(value)


def test_a_whole_number_is_taken_for_a_float_as_a_float() -> None:
    checked = checked_answer(3, "float")
    assert (checked, type(checked)) == (3.0, float)


@pytest.mark.parametrize(
    ("value", "of"),
    [
        (1, "bool"),
        ("yes", "bool"),
        (None, "bool"),
        (True, "int"),
        (1.0, "int"),
        ("1", "int"),
        (2**63, "int"),
        (math.nan, "float"),
        (-math.inf, "float"),
        (10**400, "float"),
        (True, "float"),
        ("1", "float"),
        (1, "str"),
        (None, "str"),
        (b"x", "str"),
        (None, ""),
    ],
)
def test_an_answer_of_another_type_is_refused(value: Any, of: str) -> None:
    with pytest.raises(InputError, match="not accepted") as error:
        checked_answer(value, of)
    assert error.value.hint.startswith("It takes ")


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("Yes", "bool", True),
        ("false", "bool", False),
        (" -9223372036854775808 ", "int", -(2**63)),
        ("+7", "int", 7),
        (".5", "float", 0.5),
        ("1e3", "float", 1000.0),
        ("", "str", ""),
        (" a b ", "str", " a b "),
    ],
)
def test_typed_text_is_read_by_the_type(text: str, of: str, value: Any) -> None:
    read = answer_from_text(text, of)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("", "bool"),
        ("1", "bool"),
        ("12,5", "int"),
        ("1.0", "int"),
        ("1_000", "int"),
        ("9223372036854775808", "int"),
        ("", "int"),
        ("nan", "float"),
        ("1e999", "float"),
        ("0,1", "float"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, of: str) -> None:
    with pytest.raises(InputError) as error:
        answer_from_text(text, of)
    assert (error.value.hint == "It takes yes or no.") == (of == "bool")


def test_answers_as_a_person_says_them() -> None:
    assert [answer_words(value) for value in (True, False, 1250, 0.5, "", "a")] == [
        "yes",
        "no",
        "1250",
        "0.5",
        "“”",
        "“a”",
    ]
    assert len(answer_words("x" * 500)) <= 80


def details(phase: str, **condition: object) -> ActionDetails:
    content = {
        "id": {"name": "a9"},
        "metadata": {"parent": "a0", "condition": {"name": "gate"}},
        "status": {"phase": phase, "startTime": "2026-11-28T20:00:00Z"},
        "condition": {"name": "gate", "type": {"simple": "BOOLEAN"}, **condition},
    }
    return decode_message(msgspec.json.encode(content), ActionDetails)


def test_what_waits_says_what_it_asks_and_until_when() -> None:
    found = waiting_condition(
        details("ACTION_PHASE_PAUSED", prompt="Go?", timeout="1800s", promptType="CONDITION_PROMPT_TYPE_MARKDOWN")
    )
    assert found is not None
    assert (found.action, found.name, found.type, found.prompt, found.prompt_type) == (
        "a9", "gate", "bool", "Go?", "markdown",
    )  # fmt: skip
    since = datetime(2026, 11, 28, 20, tzinfo=timezone.utc)
    assert (found.since, found.deadline) == (since, since + timedelta(minutes=30))
    assert waiting_condition(details("ACTION_PHASE_SUCCEEDED")) is None
    forever = waiting_condition(details("ACTION_PHASE_PAUSED"))
    assert forever is not None
    assert forever.deadline is None


class Colour(enum.Enum):
    BLUE = 1


@pytest.mark.parametrize(
    ("value", "of", "kind"),
    [
        (7, INT, "line"),
        (-(2**63), INT, "line"),
        (0.1, {"simple": "FLOAT"}, "line"),
        (True, {"simple": "BOOLEAN"}, "bool"),
        ("nightly", {"simple": "STRING"}, "line"),
        ("two\nlines", {"simple": "STRING"}, "text"),
        (datetime(2026, 11, 23, tzinfo=timezone.utc), {"simple": "DATETIME"}, "line"),
        (timedelta(minutes=90), {"simple": "DURATION"}, "line"),
        (Colour.BLUE, {"enumType": {"values": ["RED", "BLUE"]}}, "choice"),
        ([1, 2], {"collectionType": INT}, "text"),
        ({"a": [1]}, {"mapValueType": {"collectionType": INT}}, "text"),
        (None, {"unionType": {"variants": [INT, {"simple": "NONE"}]}}, "text"),
        (3, {"unionType": {"variants": [INT, {"simple": "NONE"}]}}, "text"),
    ],
)
def test_a_field_that_nobody_touched_gives_the_same_literal(value: Any, of: dict[str, Any], kind: str) -> None:
    """What the form shows is read back to what it was."""
    literal = encode("x", value, of)
    field = field_of("x", msgspec.Raw(msgspec.json.encode(literal)), of)
    assert field.kind == kind
    assert encode("x", value_from_text("x", field.text, of), of) == literal


@pytest.mark.parametrize(
    "of",
    [
        {"blob": {"format": "csv"}},
        {"structuredDatasetType": {}},
        {"blob": {"format": "PythonPickle"}},
        {"collectionType": {"structuredDatasetType": {}}},
    ],
)
def test_files_tables_and_models_are_kept(of: dict[str, Any]) -> None:
    assert field_of("x", msgspec.Raw(b"{}"), of).kind == "kept"


def test_what_was_typed_wrong_is_told_with_its_name() -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("0,1", {"simple": "FLOAT"}),
        ("x", INT),
        ("__import__('os')", {"collectionType": INT}),
        ("[1", {"collectionType": INT}),
        ("yesterday", {"simple": "DATETIME"}),
        ("long", {"simple": "DURATION"}),
    ]
    for text, of in wrong:
        with pytest.raises(InputError, match=r"^rate: "):
            value_from_text("rate", text, of)
