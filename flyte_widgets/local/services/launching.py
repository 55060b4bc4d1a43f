"""CreateRun: a run is started again by whoever started the run that it is related to.

Source: `workflow/run_service.proto`.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.common import run_pb2
from flyteidl2.task import common_pb2

from flyte_widgets.local.services.content import INPUTS_FILE, artifact_path, uploaded_inputs
from flyte_widgets.local.services.records import ROOT_ACTION, RunKey
from flyte_widgets.local.services.store import Store

_NO_CLUSTER: Final = (
    "The embedded backend has no cluster to run this on. It can only run again what it has run. Use"
    " fw.local.run(task, ...) to run a task on this machine, or flyte.with_runcontext(mode='local', tracked=True)."
)
_NAME_LENGTH: Final = 20


@dataclass(frozen=True)
class Launch:
    """A run that is to be started again, as CreateRun asks for it."""

    key: RunKey
    related_to: RunKey
    task_spec: Any
    """A `flyteidl2.task.TaskSpec`."""
    inputs: Any
    """A `flyteidl2.task.Inputs`."""
    run_spec: Any
    """A `flyteidl2.task.RunSpec`: with it come relation, environment and the like."""
    is_recovery: bool = False
    force_rerun: frozenset[str] = field(default_factory=frozenset)
    """Names of actions that a recovery does not take over."""


Launcher = Callable[[Launch, dict[str, Any]], None]
"""Starts it; the second argument is the origin of the earlier run. Raises ConnectError where it cannot."""


class Launchers:
    """Finds who starts a run again, by the origin of the earlier run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_origin: dict[str, Launcher] = {}

    def register(self, kind: str, launcher: Launcher) -> None:
        """Let `launcher` start again what has an origin of this kind."""
        self._by_origin[kind] = launcher

    def create(self, request: Any) -> RunKey:
        """Start the run of a CreateRunRequest and give its key.

        As in the real backend, a name that is taken gives the run that has it. Raises failed_precondition for a run
        that is related to none of this backend's.
        """
        key = _key_of(request)
        if key in self._store:
            return key
        relation = request.run_spec.relation
        related = relation.related_to
        related_to = RunKey(related.project or key.project, related.domain or key.domain, related.name)
        if related_to not in self._store:
            raise ConnectError(Code.FAILED_PRECONDITION, _NO_CLUSTER)
        with self._store.read(related_to) as run:
            origin = json.loads(run.origin) if run.origin else {}
        launcher = self._by_origin.get(origin.get("kind", ""))
        if launcher is None:
            raise ConnectError(Code.FAILED_PRECONDITION, _NO_CLUSTER)
        inputs = self._inputs(request)
        self._store.put_upload(artifact_path(key, ROOT_ACTION, INPUTS_FILE, None), inputs.SerializeToString())
        launch = Launch(
            key,
            related_to,
            request.task_spec,
            inputs,
            request.run_spec,
            is_recovery=relation.relation_type == run_pb2.RELATION_TYPE_RECOVER,
            force_rerun=frozenset(request.run_spec.recover.force_rerun_actions),
        )
        launcher(launch, origin)
        return key

    def _inputs(self, request: Any) -> Any:
        if request.WhichOneof("input_wrapper") != "offloaded_input_data":
            return request.inputs
        body = uploaded_inputs(self._store, request.offloaded_input_data.uri)
        if body is None:
            raise ConnectError(Code.INVALID_ARGUMENT, "The inputs of the run were not uploaded.")
        return common_pb2.Inputs.FromString(body)


def _key_of(request: Any) -> RunKey:
    if request.WhichOneof("id") == "run_id":
        return RunKey(request.run_id.project, request.run_id.domain, request.run_id.name)
    project = request.project_id
    letters = string.ascii_lowercase + string.digits
    name = "r" + "".join(secrets.choice(letters) for _ in range(_NAME_LENGTH - 1))
    return RunKey(project.name, project.domain, name)
