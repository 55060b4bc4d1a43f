"""The runs that the Flyte SDK starts on a backend, noted for a while: `flyte.run`, `flyte.with_runcontext(...).run`."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from flyte_widgets.sdk.session import is_installed

_CLIENT: Final = "flyteidl2.workflow.run_service_connect"


class Created(NamedTuple):
    """What identifies a run that was created."""

    name: str
    project: str
    domain: str


@contextlib.contextmanager
def created_runs(note: Callable[[Created], None]) -> Iterator[None]:
    """Call `note` with each run that the SDK creates meanwhile (CreateRun). Without an SDK there are none."""
    try:
        client: Any = importlib.import_module(_CLIENT).RunServiceClient if is_installed() else None
    except (ImportError, AttributeError):  # an SDK that talks to its backend in another way
        client = None
    if client is None:
        yield
        return
    create = client.create_run

    async def create_and_note(self: Any, *args: Any, **options: Any) -> Any:
        answer = await create(self, *args, **options)
        run_id = answer.run.action.id.run
        note(Created(run_id.name, run_id.project, run_id.domain))
        return answer

    client.create_run = create_and_note
    try:
        yield
    finally:
        client.create_run = create
