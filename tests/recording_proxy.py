"""A TCP proxy on loopback that passes everything on and remembers which calls went through it."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"^POST \S*/flyteidl2\.\w+\.(\w+)/(\w+) HTTP/1\.1\r$", re.MULTILINE)


class RecordingProxy:
    """Stands in front of a backend: `endpoint` is to be used in the backend's place, `calls` is what was asked."""

    def __init__(self, endpoint: str) -> None:
        upstream = urlsplit(endpoint)
        self._upstream = (upstream.hostname or "", upstream.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.calls: list[str] = []
        port = self._listener.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}{upstream.path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def count(self, method: str) -> int:
        """How often a method was called ("AbortRun")."""
        return self.calls.count(method)

    def close(self) -> None:
        """Close all connections."""
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._upstream)
            except OSError:
                return
            self._open += [client, server]
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_request: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_request:
                    self.calls += [method.decode() for _, method in _REQUEST.findall(data)]
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
