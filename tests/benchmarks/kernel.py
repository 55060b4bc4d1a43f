"""A real kernel in a process of its own, with a client that counts what it publishes and what it costs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

START_TIMEOUT_S = 60.0

Heard = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Window:
    """What was counted in some seconds. Bytes are those of all parts of a message, envelope included."""

    seconds: float
    messages: int
    bytes: int
    cpu_s: float


class Kernel:
    """A kernel of some Python. `heard` is given each iopub message, parsed."""

    def __init__(self, python: str, heard: Heard | None = None) -> None:
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._manager = KernelManager()
        self._manager._kernel_spec = KernelSpec(argv=argv, display_name="bench", language="python")
        self._manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # what fails comes by iopub
        self.client: BlockingKernelClient = self._manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_TIMEOUT_S)
        self._heard = heard
        self.messages = self.bytes = 0
        pid = self._manager.provisioner.pid
        self.process = psutil.Process(pid)

    def run(self, code: str, timeout_s: float = 60.0) -> str:
        """Run a cell to its end, and give what it printed. AssertionError with the traceback where it fails."""
        request = self.client.execute(code)
        printed = ""
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            for message in self.read(0.1):
                if message["parent_header"].get("msg_id") != request:
                    continue
                content = message["content"]
                if message["msg_type"] == "stream":
                    printed += content["text"]
                elif message["msg_type"] == "error":
                    raise AssertionError("\n".join(content["traceback"]))
                elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                    return printed
        raise AssertionError(f"the cell did not end within {timeout_s:g} s:\n{code}")

    def start(self, code: str) -> None:
        """Run a cell, and do not wait for it."""
        self.client.execute(code)

    def send_comm(self, comm_id: str, content: dict[str, Any]) -> None:
        """Send a custom message to a widget, as a front end does."""
        session = self.client.session
        data = {"comm_id": comm_id, "data": {"method": "custom", "content": content}}
        self.client.shell_channel.send(session.msg("comm_msg", data))

    def read(self, for_s: float) -> list[dict[str, Any]]:
        """Take iopub messages until there is none for so long."""
        socket = self.client.iopub_channel.socket
        messages = []
        while socket.poll(for_s * 1000):
            messages.append(self._take(socket.recv_multipart(zmq.NOBLOCK)))
        return messages

    def window(self, seconds: float) -> Window:
        """Count for so long. Fails if a cell raises meanwhile."""
        begun_s, cpu_s = time.monotonic(), cpu_seconds(self.process)
        messages, size = self.messages, self.bytes
        socket = self.client.iopub_channel.socket
        while (left_s := begun_s + seconds - time.monotonic()) > 0:
            if not socket.poll(left_s * 1000):
                break
            message = self._take(socket.recv_multipart(zmq.NOBLOCK))
            if message["msg_type"] == "error":
                raise AssertionError("\n".join(message["content"]["traceback"]))
        took_s = time.monotonic() - begun_s
        return Window(took_s, self.messages - messages, self.bytes - size, cpu_seconds(self.process) - cpu_s)

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _take(self, parts: list[bytes]) -> dict[str, Any]:
        self.messages += 1
        self.bytes += sum(map(len, parts))
        session = self.client.session
        _, parsed = session.feed_identities(parts)
        message: dict[str, Any] = session.deserialize(parsed)
        if self._heard is not None:
            self._heard(message)
        return message


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time of a process with all its threads, so far.

    By the process's own clock, to the nanosecond, where there is such a thing (Linux); psutil has hundredths.
    """
    scheduler_clock = (~process.pid << 3) | 2  # clock_getcpuclockid(3), which Python does not have
    try:
        return time.clock_gettime(scheduler_clock)
    except OSError:
        times = process.cpu_times()
        return float(times.user + times.system)
