"""A backend in a process of its own: started, killed, restarted, as the tests need it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0


class ServerProcess:
    """`flyte-widgets serve`. With a file and a port, a restart has the same endpoint."""

    project = "flytesnacks"
    domain = "development"

    def __init__(self, file: Path | None = None, port: int = 0) -> None:
        self.file = file
        self.port = port
        self.endpoint = ""
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and wait for the endpoint."""
        command = [sys.executable, "-m", "flyte_widgets", "serve", "--quiet", "--port", str(self.port)]
        if self.file is not None:
            command += ["--file", str(self.file)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START_TIMEOUT_S)
        self.endpoint = self._process.stdout.readline().strip() if ready else ""
        if not self.endpoint.startswith("http://127.0.0.1:"):
            self.kill()
            raise AssertionError(f"the server did not start: {self.endpoint!r}")
        self.port = int(self.endpoint.split(":")[2].split("/")[0])

    def stop(self) -> float:
        """Stop as a user does; returns the seconds it took."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.terminate()
        self._process.wait(STOP_TIMEOUT_S)
        took_s = time.monotonic() - begun
        self.kill()
        return took_s

    def kill(self) -> None:
        """Kill without warning, if it has not ended. Also ends one that was frozen."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_TIMEOUT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def freeze(self) -> None:
        """Stop the process without ending it: connections stay open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        os.kill(self.pid, signal.SIGCONT)

    def simulate(self, **request: object) -> str:
        """Start a simulated run; returns its name."""
        body = json.dumps(request).encode()
        call = urllib.request.Request(f"{self.endpoint}/simulate", data=body, method="POST")
        with urllib.request.urlopen(call, timeout=600) as response:
            return str(json.load(response)["name"])
