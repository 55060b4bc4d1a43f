"""What fuzzing has found worth keeping, replayed: nothing but errors of ours comes out, and memory stays bounded."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.api.messages import ActionDetailsResponse, Empty, ListActionsResponse, WatchActionsResponse
from tests.fuzz.target import MADE, MAX_BYTES, RAW, make_input, run_one

CORPUS = sorted((Path(__file__).parents[1] / "fuzz/corpus").iterdir())


def test_the_corpus_is_there() -> None:
    """An empty directory would make the replay pass by itself."""
    assert len(CORPUS) > 20


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_corpus_is_read_without_a_bug(path: Path) -> None:
    """Each input gives messages or an error of ours, the same however it is cut, and a state that holds together."""
    run_one(path.read_bytes())


@given(
    data=st.binary(max_size=300),
    kind=st.sampled_from([WatchActionsResponse, ActionDetailsResponse, ListActionsResponse]),
)
def test_messages_of_any_choices_are_folded(data: bytes, kind: type) -> None:
    """Any sequence of odd messages, in any order and number: the state stays one that can be drawn."""
    run_one(make_input(MADE, kind, data, cut=16))


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_takes_no_more_memory_than_a_message_may(layers: int) -> None:
    """Thousandfold compression, once or packed again, costs what the limit allows, and not what it unpacks to."""
    bomb = bytes(200 * MAX_BYTES)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    data = make_input(RAW, Empty, struct.pack(">BI", 1, len(bomb)) + bomb, cut=16)
    tracemalloc.start()
    try:
        end = run_one(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert end.startswith("ProtocolError")
    assert peak < 10 * MAX_BYTES
