"""What an action holds besides its phases: inputs, outputs, report and log. Who executes a run provides it.

There are three sources. The SDK uploads files (`Uploads`), a simulated run makes its content up from its seed
(`simulator.content`), and a local run keeps what its tasks took, gave and printed (`local.runs`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, NamedTuple, Protocol

from flyte_widgets.local.services.changes import Wakeup
from flyte_widgets.local.services.records import RunKey
from flyte_widgets.local.services.store import Store

INPUTS_FILE: Final = "inputs.pb"
STORED_SCHEME: Final = "flyte-widgets://"
"""Of the addresses of files that the store keeps."""


class LogLine(NamedTuple):
    """One line of a log, without its line end. `text` may hold carriage returns and ANSI; `at_us` is when it came."""

    at_us: int
    text: str
    is_system: bool = False
    """Whether the platform wrote it, and not the task."""


class Content(Protocol):
    """The content of one run's actions. All methods are called on the server's thread."""

    def inputs(self, action: str) -> bytes | None:
        """Give the bytes of a `flyteidl2.task.Inputs`; None where nothing is known."""

    def outputs(self, action: str, attempt: int) -> bytes | None:
        """Give the bytes of a `flyteidl2.task.Outputs`; None where there are none."""

    def report(self, action: str, attempt: int) -> bytes | None:
        """Give the report as it is now, one HTML file; None where there is none."""

    def has_log(self, action: str, attempt: int) -> bool:
        """Whether the attempt has, or will have, a log."""

    def tail(self, action: str, attempt: int, wakeup: Wakeup, *, follow: bool) -> AsyncIterator[list[LogLine]]:
        """Give the lines from the first on, in batches as they come.

        Ends after the last line where `follow` is false, else when the attempt has ended. Sleeps on `wakeup`.
        """


class Uploads:
    """Content that the SDK has uploaded, at `tracked-runs/<run>/<action>[/<attempt>]/<file>`. It has no logs."""

    def __init__(self, store: Store, key: RunKey) -> None:
        self._store, self._key = store, key

    def inputs(self, action: str) -> bytes | None:
        """Give the uploaded inputs."""
        return self._store.get_upload(artifact_path(self._key, action, INPUTS_FILE, None))

    def outputs(self, action: str, attempt: int) -> bytes | None:
        """Give the uploaded outputs of an attempt."""
        return self._store.get_upload(artifact_path(self._key, action, "outputs.pb", attempt))

    def report(self, action: str, attempt: int) -> bytes | None:
        """Give the uploaded report of an attempt."""
        return self._store.get_upload(artifact_path(self._key, action, "report.html", attempt))

    def has_log(self, action: str, attempt: int) -> bool:
        """Say no: the SDK uploads no logs."""
        return False

    async def tail(self, action: str, attempt: int, wakeup: Wakeup, *, follow: bool) -> AsyncIterator[list[LogLine]]:
        """Give nothing."""
        nothing: list[list[LogLine]] = []
        for lines in nothing:
            yield lines


ContentOfOrigin = Callable[[RunKey, dict[str, Any]], Content]


class Contents:
    """Finds the content of a run: what was registered for it, else what its origin can make up, else its uploads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registered: dict[RunKey, Content] = {}
        self._by_origin: dict[str, ContentOfOrigin] = {}

    def register(self, key: RunKey, content: Content) -> None:
        """Let `content` answer for a run, for as long as this process lives."""
        self._registered[key] = content

    def forget(self, key: RunKey) -> None:
        """Drop what was registered."""
        self._registered.pop(key, None)

    def provide(self, kind: str, make: ContentOfOrigin) -> None:
        """Have `make` give the content of runs whose origin is of this kind."""
        self._by_origin[kind] = make

    def of(self, key: RunKey) -> Content:
        """Find the content of a run. KeyError where there is no such run."""
        if (content := self._registered.get(key)) is not None:
            return content
        with self._store.read(key) as run:
            origin = json.loads(run.origin) if run.origin else {}
        make = self._by_origin.get(origin.get("kind", ""))
        return Uploads(self._store, key) if make is None else make(key, origin)


def artifact_path(key: RunKey, action: str, filename: str, attempt: int | None) -> str:
    """Name an uploaded file as the SDK does."""
    parts = [key.project, key.domain, "tracked-runs", key.name, action]
    return "/".join([*parts, *([] if attempt is None else [str(attempt)]), filename])


def uploaded_inputs(store: Store, uri: str) -> bytes | None:
    """Read inputs that UploadInputs kept; `uri` is that of their directory."""
    return store.get_upload(f"{uri.removeprefix(STORED_SCHEME)}/{INPUTS_FILE}")
