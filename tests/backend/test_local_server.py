"""The embedded backend as a server: its secret path, its bounds, its life."""

from __future__ import annotations

import http.client
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flyte_widgets.local.handles import SOURCE
from tests.run_helpers import PATIENCE_S, timely
from tests.server_process import ServerProcess


def ask(server: ServerProcess, path: str, body: bytes = b"{}", method: str = "POST") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body=body, headers={"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def secret_of(server: ServerProcess) -> str:
    return urlsplit(server.endpoint).path.strip("/")


LIST = "flyteidl2.workflow.RunService/ListRuns"


def test_only_the_secret_path_is_served(shared_server: ServerProcess) -> None:
    """Whoever does not know the secret gets 404 with nothing in it, whatever he asks for."""
    secret = secret_of(shared_server)
    assert ask(shared_server, f"/{secret}/{LIST}")[0] == 200
    wrong = ["x", secret[:-1], secret + "x", secret.swapcase(), "", "é"]
    for path in [*(f"/{guess}/{LIST}" for guess in wrong), f"/{LIST}", "/", f"/{secret}", f"/x/../{secret}/{LIST}"]:
        assert ask(shared_server, path.replace("é", "%C3%A9")) == (404, b""), path
    assert len(secret) >= 32


def test_no_page_of_another_site_may_read_it(shared_server: ServerProcess) -> None:
    """A browser asks before it lets a page call another host: there is no permission, with or without the secret."""
    for path in (f"/{secret_of(shared_server)}/{LIST}", f"/{LIST}"):
        for method in ("OPTIONS", "POST"):
            connection = http.client.HTTPConnection("127.0.0.1", shared_server.port, timeout=PATIENCE_S)
            headers = {
                "origin": "https://evil.example",
                "access-control-request-method": "POST",
                "content-type": "application/json",
            }
            connection.request(method, path, body=b"{}", headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]
            assert method == "POST" or answer.status >= 400
            connection.close()


def test_a_body_above_the_bound_is_refused_while_it_comes_in(shared_server: ServerProcess) -> None:
    """Messages above 16 MB and uploads above 64 MB are refused; below, an upload is kept."""
    prefix = f"/{secret_of(shared_server)}"
    status, answer = ask(shared_server, f"{prefix}/{LIST}", b" " * (17 * 1024 * 1024))
    assert (status, b"resource_exhausted" in answer) == (429, True)
    assert ask(shared_server, f"{prefix}/data/large", bytes(65 * 1024 * 1024), "PUT")[0] == 413
    assert ask(shared_server, f"{prefix}/data/large", b"", "GET")[0] == 404
    assert ask(shared_server, f"{prefix}/data/small", bytes(17 * 1024 * 1024), "PUT")[0] == 200
    assert ask(shared_server, f"{prefix}/data/small", b"", "GET") == (200, bytes(17 * 1024 * 1024))


def test_the_server_listens_on_loopback_only(shared_server: ServerProcess) -> None:
    """No other machine can reach it."""
    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
    ]
    port = f"{shared_server.port:04X}"
    assert [address for address in listening if address.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_a_second_server_on_the_same_file_is_refused(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    """Two processes never write one file: the second says why it does not start."""
    start_server(tmp_path / "runs.db")
    second = subprocess.run(
        [sys.executable, "-m", "flyte_widgets", "serve", "--file", str(tmp_path / "runs.db")],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert second.returncode == 1
    assert "in use by another embedded backend" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_restart_keeps_endpoint_and_secret_private(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    """With the same file and port the endpoint is the same, and the file is the owner's alone."""
    server = start_server(tmp_path / "runs.db")
    endpoint = server.endpoint
    server.kill()
    server.start()
    assert server.endpoint == endpoint
    assert stat.S_IMODE((tmp_path / "runs.db").stat().st_mode) == 0o600


def test_open_streams_do_not_hold_up_a_shutdown(server: ServerProcess) -> None:
    """With 20 open streams that would never end, SIGTERM ends the process within two seconds."""
    path = f"/{secret_of(server)}/flyteidl2.workflow.RunService/WatchActions"
    body = b'{"runId": {"project": "flytesnacks", "domain": "development", "name": "nobody"}}'
    frame = b"\0" + len(body).to_bytes(4, "big") + body
    streams = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S) for _ in range(20)]
    for stream in streams:
        stream.request("POST", path, body=frame, headers={"content-type": "application/connect+json"})
    time.sleep(0.3)
    timely(server.stop(), 2.0)
    for stream in streams:
        stream.close()


def test_the_front_end_knows_the_backend_in_the_kernel() -> None:
    """What names it is the same in both: with the kernel that backend is gone, and the view says so."""
    protocol = Path(__file__).parents[2] / "js" / "src" / "core" / "protocol.ts"
    assert f'IN_KERNEL = "{SOURCE}"' in protocol.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--file", "{folder}"), "cannot be written: Is a directory. Give another file"),
        (("--file", "/proc/runs.db"), "The file /proc/runs.db cannot be written"),
        (("--port", "99999"), "Port 99999 cannot be used: ports go from 0 to 65535"),
    ],
)
def test_what_cannot_be_used_is_said(options: tuple[str, str], said: str, tmp_path: Path) -> None:
    """A file, a folder, a port: one sentence, no traceback."""
    arguments = [option.format(folder=tmp_path) for option in options]
    done = subprocess.run(
        [sys.executable, "-m", "flyte_widgets", "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
