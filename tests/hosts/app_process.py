"""A host that serves one notebook as a page: started, waited for, ended with all its kernels."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

START_TIMEOUT_S = 180.0


def free_port() -> int:
    """Give a port of the loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class AppProcess:
    """`command` has to listen on `port`. It runs in `folder`, where its log is kept, too."""

    def __init__(self, command: list[str], port: int, folder: Path, env: Mapping[str, str]) -> None:
        self.port = port
        self._log = (folder / "app.log").open("w")
        self._process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **env}, stdout=self._log, stderr=self._log, start_new_session=True
        )
        try:
            self._await_start()
        except BaseException:
            self.close()
            raise

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return
            except OSError:
                assert self._process.poll() is None, f"{self._process.args} ended:\n{Path(self._log.name).read_text()}"
                time.sleep(0.1)
        raise AssertionError(f"{self._process.args} did not start: see {self._log.name}")

    def close(self) -> None:
        """End it."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._log.close()
