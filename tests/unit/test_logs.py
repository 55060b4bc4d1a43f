"""A log is put together from replays: no line is lost, none comes twice, the newest are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.api.messages_data import ContainerLogs, LogContainer, LogLine
from flyte_widgets.run.logs import LogBuffer, clean_text


def wire(second: int | None, text: str) -> LogLine:
    return LogLine("" if second is None else f"2026-11-28T17:00:{second:02d}.000000001Z", text)


def message(*lines: LogLine, pod: str = "") -> list[ContainerLogs]:
    return [ContainerLogs(lines, LogContainer(kubernetes_pod_name=pod))]


def texts(buffer: LogBuffer) -> list[str]:
    return [line.text for line in buffer.slice(0, buffer.total)]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from("ab"))).map(
        lambda lines: sorted(lines, key=lambda it: it[0])
    ),
    st.lists(st.integers(0, 40), max_size=6),
    st.booleans(),
)
def test_replays_lose_nothing_and_double_nothing(lines: list[tuple[int, str]], cuts: list[int], timed: bool) -> None:
    """Whatever the stream had sent before it broke, after the last replay each line is there once, in its order."""
    log = [wire(second if timed else None, text) for second, text in lines]
    buffer = LogBuffer()
    for cut in [*sorted(cuts), len(log)]:
        buffer.reopen()
        buffer.feed(message(*log[:cut]))
    assert texts(buffer) == [text for _, text in lines]


def test_equal_lines_of_one_moment_are_told_apart_by_their_number() -> None:
    buffer = LogBuffer()
    buffer.feed(message(wire(1, "x"), wire(1, "x")))
    buffer.reopen()
    assert buffer.feed(message(wire(1, "x"), wire(1, "x"), wire(1, "x"))) == 1


def test_each_container_has_a_replay_of_its_own() -> None:
    """An older line of another pod is no replay."""
    buffer = LogBuffer()
    buffer.feed(message(wire(9, "late"), pod="p1"))
    buffer.reopen()
    buffer.feed(message(wire(1, "early"), pod="p2"))
    assert texts(buffer) == ["late", "early"]


def test_lines_out_of_order_are_kept_while_nothing_is_replayed() -> None:
    buffer = LogBuffer()
    buffer.feed(message(wire(5, "b"), wire(4, "a")))
    assert texts(buffer) == ["b", "a"]


def test_lines_out_of_order_are_kept_once_the_replay_is_over() -> None:
    """stdout and stderr of a container are stamped apart: a line may be a little older than the one before it."""
    log = [wire(1, "a"), wire(3, "b"), wire(2, "c"), wire(5, "d")]
    buffer = LogBuffer()
    buffer.feed(message(*log[:3]))
    buffer.reopen()
    buffer.feed(message(*log, wire(4, "e")))
    assert texts(buffer) == ["a", "b", "c", "d", "e"]
    buffer.reopen()
    assert buffer.feed(message(*log, wire(4, "e"))) == 0


def test_the_newest_lines_are_kept_and_the_rest_is_counted() -> None:
    buffer = LogBuffer(max_lines=3, max_bytes=10)
    buffer.feed(message(*(wire(n, f"{n}") for n in range(8))))
    assert (texts(buffer), buffer.first, buffer.total) == (["5", "6", "7"], 5, 8)
    buffer.feed(message(wire(9, "x" * 9)))
    assert texts(buffer) == ["7", "x" * 9]


def test_a_slice_outside_of_what_is_kept_is_empty() -> None:
    buffer = LogBuffer(max_lines=2)
    buffer.feed(message(*(wire(n, f"{n}") for n in range(5))))
    assert [line.text for line in buffer.slice(0, 4)] == ["3"]
    assert buffer.slice(0, 2) == []
    assert buffer.slice(7, 9) == []


def test_a_line_is_what_a_terminal_would_show() -> None:
    """The line end goes, a progress bar shows its last state, colours stay, other escapes and controls go."""
    assert clean_text("plain\r\n") == "plain"
    assert clean_text("\r 10%\r 50%\r100%\n") == "100%"
    assert (
        clean_text("\x1b[31mred\x1b[0m \x1b[2K\x1b]8;;https://x\x07link\x1b]8;;\x07\x00") == "\x1b[31mred\x1b[0m link"
    )
    assert clean_text("x" * 20_000).endswith("… 3,616 more")
    assert clean_text("x" * 20_000, None) == "x" * 20_000
    assert [clean_text(text) for text in ("", "\r", "\r\n", "\r\r\r", "ab\r", "\x1b[", "\x1b")] == [
        *[""] * 4,
        "ab",
        "\x1b[",
        "\x1b",
    ]
