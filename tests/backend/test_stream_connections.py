"""The connections of streams, on real sockets: who waits for whom, and what is left."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.http_client import make_http_client
from flyte_widgets.api.messages import ActionStatus
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import TransportError
from tests.certificates import server_context, write_certificate
from tests.run_helpers import PATIENCE_S
from tests.scripted_server import CLOSE, HOLD, STREAM_HEAD, ScriptedServer, chunk, end_frame, frame, http_json, stream

ONE, TWO = {"attempts": 1}, {"attempts": 2}
CHUNK = b"x" * 65_536
MOST = 64 * 1024 * 1024


async def watch(transport: ConnectTransport) -> list[int]:
    """All messages of a stream."""
    messages = transport.server_stream("pkg.Service", "Watch", {"runId": {}}, ActionStatus)
    async with aclosing(messages):
        return [message.attempts async for message in messages]


def test_a_server_waits_for_a_slow_reader() -> None:
    """What is not read is not taken from the line, however much there is; all of it is there once it is read."""

    async def main() -> None:
        written = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal written
            await reader.readuntil(b"\r\n\r\n")
            writer.write(STREAM_HEAD)
            while written < MOST:
                writer.write(chunk(CHUNK))
                await writer.drain()
                written += len(CHUNK)
            writer.write(b"0\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with make_http_client(tls=TlsSettings()) as client:
            request = client.build_request("POST", url)
            response = await client.send(request, stream=True)
            before = -1
            while before != written:
                before = written
                await asyncio.sleep(0.3)
            assert written < MOST / 2
            assert sum([len(data) async for data in response.aiter_raw()]) == MOST
            await response.aclose()
        server.close()

    asyncio.run(main())


def test_closing_the_transport_ends_who_reads() -> None:
    """Not only idle connections are closed: a stream that is read ends, and says so."""
    server = ScriptedServer()
    server.reply("Watch", STREAM_HEAD + chunk(frame(ONE)), HOLD)

    async def main() -> None:
        transport = ConnectTransport(server.url)
        messages = transport.server_stream("pkg.Service", "Watch", {"runId": {}}, ActionStatus)
        async with aclosing(messages):
            assert (await anext(messages)).attempts == 1
            reading = asyncio.ensure_future(anext(messages))
            await asyncio.sleep(0.05)
            await transport.aclose()
            with pytest.raises(TransportError, match="was lost"):
                await reading

    asyncio.run(main())
    assert server.client_closed.wait(PATIENCE_S)
    server.close()


@pytest.mark.parametrize(
    "steps",
    [(CLOSE,), (b"HTTP/1.1 200 OK\r\ncontent-type: appl", CLOSE), (b"\x16\x03\x01 this is not HTTP\r\n\r\n", HOLD)],
)
def test_a_broken_head_is_a_lost_connection(steps: tuple[bytes, ...]) -> None:
    """No answer, half of one, and what is none: the same error as of any other call, to be tried again."""
    server = ScriptedServer()
    server.reply("Watch", *steps)

    async def main() -> None:
        transport = ConnectTransport(server.url)
        with pytest.raises(TransportError) as caught:
            await watch(transport)
        assert caught.value.transient
        assert server.url.removeprefix("http://") in str(caught.value)
        await transport.aclose()

    asyncio.run(main())
    server.close()


def test_an_interim_answer_is_passed_over() -> None:
    """A proxy may say 103 before the answer."""
    server = ScriptedServer()
    server.reply("Watch", b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n", stream(frame(ONE), end_frame()))

    async def main() -> list[int]:
        transport = ConnectTransport(server.url)
        try:
            return await watch(transport)
        finally:
            await transport.aclose()

    assert asyncio.run(main()) == [1]
    server.close()


def test_tls_streams_and_calls_check_the_same_certificate(tmp_path: Path) -> None:
    """Accepted with its authority; refused without, and the error says why."""
    certificate = write_certificate(tmp_path / "cert.pem")
    server = ScriptedServer(server_context(certificate))
    server.reply("Watch", STREAM_HEAD + chunk(frame(ONE)), 0.1, chunk(frame(TWO)), chunk(end_frame()) + b"0\r\n\r\n")
    server.reply("Get", http_json(200, ONE))

    async def main() -> None:
        known = ConnectTransport(server.url, tls=TlsSettings(ca_cert_file=str(certificate)))
        assert await watch(known) == [1, 2]
        assert (await known.unary("pkg.Service", "Get", {}, ActionStatus)).attempts == 1
        await known.aclose()
        unknown = ConnectTransport(server.url)
        with pytest.raises(TransportError, match="certificate") as caught:
            await watch(unknown)
        assert not caught.value.transient
        await unknown.aclose()

    asyncio.run(main())
    server.close()
