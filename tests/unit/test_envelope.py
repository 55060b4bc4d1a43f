"""The envelope reader: every way in which a stream can be cut, packed or broken."""

from __future__ import annotations

import gzip
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_widgets.api.envelope import EnvelopeReader, encode_envelope
from flyte_widgets.errors import NotFoundError, ProtocolError, UnauthenticatedError, UnknownError
from tests.scripted_server import end_frame, frame


def read(*pieces: bytes, max_bytes: int = 1000) -> list[bytes]:
    """All messages of a stream that ends well."""
    reader = EnvelopeReader(max_bytes=max_bytes)
    messages = [message for piece in pieces for message in reader.feed(piece)]
    reader.close()
    return messages


def outcome(data: bytes, cuts: list[int]) -> tuple[list[bytes], str]:
    """What a reader makes of `data` when it comes in the pieces that `cuts` gives: messages, and how it ended."""
    reader = EnvelopeReader(max_bytes=200)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    messages = [m for start, end in pairwise(edges) for m in reader.feed(data[start:end])]
    try:
        reader.close()
    except (ProtocolError, NotFoundError) as error:
        return messages, str(error)
    return messages, "ended"


FRAMES = st.lists(
    st.one_of(
        st.builds(lambda payload, flags: frame(payload, flags=flags), st.binary(max_size=60), st.sampled_from([0, 1])),
        st.sampled_from([end_frame(), end_frame("not_found", "gone"), end_frame(compressed=True)]),
        st.sampled_from([b"\x80\0\0\0\0", struct.pack(">BI", 0, 201), frame(b"not gzip", flags=0)[:-3]]),
        st.just(struct.pack(">BI", 1, 8) + b"not gzip"),
    ),
    max_size=8,
)


@given(frames=FRAMES, cuts=st.lists(st.integers(min_value=0), max_size=12))
def test_any_chunking_gives_the_same_messages_and_the_same_end(frames: list[bytes], cuts: list[int]) -> None:
    """Neither the messages nor the outcome depend on where the network cuts the bytes, faults included."""
    data = b"".join(frames)
    assert outcome(data, cuts) == outcome(data, [])
    assert outcome(data, list(range(len(data)))) == outcome(data, [])


def test_plain_and_compressed_messages_come_in_order() -> None:
    """A frame may be compressed or not, from one to the next; an empty one is a message, too."""
    frames = [frame(b"a"), frame(b"b" * 500, flags=1), frame(b""), b"\x01\0\0\0\0", end_frame()]
    assert read(b"".join(frames)) == [b"a", b"b" * 500, b"", b""]


def test_gzip_of_several_members_is_unpacked_whole() -> None:
    """Gzip data may be several members after each other."""
    payload = gzip.compress(b"one ") + gzip.compress(b"two")
    assert read(struct.pack(">BI", 1, len(payload)) + payload, end_frame()) == [b"one two"]


def test_compressed_end_frame_with_an_error_is_read() -> None:
    """A server that compresses sends end frame 0x03; its error is Flyte's own."""
    with pytest.raises(NotFoundError, match="run not found"):
        read(frame(b"a"), end_frame("not_found", "run not found", compressed=True))


def test_messages_before_an_error_in_the_same_bytes_are_not_lost() -> None:
    """`feed()` gives what came before the fault; `close()` raises it, again and again."""
    reader = EnvelopeReader()
    assert reader.feed(frame(b"a") + frame(b"b") + end_frame("unauthenticated", "expired")) == [b"a", b"b"]
    for _ in range(2):
        with pytest.raises(UnauthenticatedError, match="expired"):
            reader.close()


def test_an_unknown_code_in_the_end_frame_keeps_its_name() -> None:
    """Codes that nobody knows yet are UnknownErrors that name the code."""
    with pytest.raises(UnknownError, match=r"sleepy.*'tired'"):
        read(end_frame("tired", "sleepy"))


def test_bytes_after_the_end_frame_are_dropped() -> None:
    """After the end nothing counts, be it in the same bytes or in later ones."""
    reader = EnvelopeReader()
    assert reader.feed(frame(b"a") + end_frame() + frame(b"late")) == [b"a"]
    assert reader.feed(frame(b"later")) == []
    reader.close()


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_cut_stream_says_how_far_it_came(cut: int) -> None:
    """A stream that ends at any byte before its end frame is complete is a ProtocolError."""
    data = frame(b"a") + end_frame()
    reader = EnvelopeReader()
    reader.feed(data[:-cut])
    with pytest.raises(ProtocolError, match=r"cut off: no end frame after [01] messages"):
        reader.close()


def test_an_oversize_frame_is_refused_by_its_header_alone() -> None:
    """The announced size is enough: the error names it and the limit, and trying again is no use."""
    reader = EnvelopeReader(max_bytes=1000)
    reader.feed(struct.pack(">BI", 0, 60_000_000))
    assert reader.done
    with pytest.raises(ProtocolError, match="announces 60,000,000 bytes; the limit is 1,000 bytes") as caught:
        reader.close()
    assert not caught.value.transient


def test_a_gzip_bomb_is_refused() -> None:
    """What unpacks to more than the limit is refused, in one member or in many."""
    for payload in (gzip.compress(bytes(10_000_000)), gzip.compress(bytes(900)) * 3):
        packed = struct.pack(">BI", 1, len(payload)) + payload
        with pytest.raises(ProtocolError, match=r"unpacks from .* to more than 20,000 bytes|more than 1,000"):
            read(packed, max_bytes=20_000 if len(payload) > 1000 else 1_000)


def test_a_message_of_exactly_the_limit_passes() -> None:
    """The limit itself is allowed, packed and unpacked."""
    assert read(frame(b"x" * 1000), frame(b"y" * 1000, flags=1), end_frame()) == [b"x" * 1000, b"y" * 1000]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (struct.pack(">BI", 0x80, 3) + b"abc", "unknown flags .0x80"),
        (b"<html>", "unknown flags .0x3c"),
        (struct.pack(">BI", 1, 8) + b"not gzip", "not gzip"),
        (struct.pack(">BI", 1, 15) + gzip.compress(b"a" * 50, mtime=0)[:15], "breaks off"),
        (frame(b"{not json", flags=2), "end frame of a stream is not readable"),
        (frame(b"\xff\xfe", flags=2), "end frame of a stream is not readable"),
    ],
)
def test_what_is_not_connect_is_named(data: bytes, says: str) -> None:
    """Each kind of garbage is a ProtocolError that says what was wrong."""
    with pytest.raises(ProtocolError, match=says):
        read(data)


def test_a_request_is_one_plain_frame() -> None:
    """What is sent is read back by the same rules."""
    assert read(encode_envelope(b"{}"), end_frame()) == [b"{}"]
