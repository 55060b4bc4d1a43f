"""The messages of lists of runs, and of the caller's own identity.

Source: flyteidl2 2.0.51, `workflow/run_service.proto`, `auth/identity.proto`.
"""

from __future__ import annotations

from msgspec import field

from flyte_widgets.api.identity import Identity, identity_name
from flyte_widgets.api.messages import ActionStatus, RunIdentifier
from flyte_widgets.api.protojson import EnumWire, Message


class RunTaskId(Message, frozen=True):
    """`task.TaskIdentifier`. `name` holds the environment: "env.main"."""

    project: str = ""
    domain: str = ""
    name: str = ""
    version: str = ""


class RunTask(Message, frozen=True):
    """`TaskActionMetadata` of a root action."""

    id: RunTaskId = RunTaskId()
    task_type: str = ""
    short_name: str = ""


class RunMetadata(Message, frozen=True):
    """`ActionMetadata` of a root action."""

    task: RunTask | None = None
    executed_by: Identity | None = None
    environment_name: str = ""
    trigger_name: str = ""
    source: EnumWire = None
    """RUN_SOURCE_WEB, _CLI, _SCHEDULE_TRIGGER, …"""


class RootIdentifier(Message, frozen=True):
    """`common.ActionIdentifier` of a root action: it says which run it is of."""

    name: str = ""
    run: RunIdentifier = RunIdentifier()


class RootAction(Message, frozen=True):
    """`Action`, of the root of a run."""

    id: RootIdentifier = RootIdentifier()
    metadata: RunMetadata = RunMetadata()
    status: ActionStatus = ActionStatus()


class Run(Message, frozen=True):
    """`Run`, in ListRuns, WatchRuns and the answer of CreateRun. Open-source backends never fill `labels`."""

    action: RootAction = RootAction()
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The run's name."""
        return self.action.id.run.name

    @property
    def task_name(self) -> str:
        """The short name of its task; "" where the backend does not say."""
        task = self.action.metadata.task
        return (task.short_name or task.id.name) if task else ""

    @property
    def owner(self) -> str:
        """Who started it, readable; "" where the backend does not say."""
        return identity_name(self.action.metadata.executed_by)


class ListRunsResponse(Message, frozen=True):
    """A page of ListRuns. An empty token ends the list."""

    runs: tuple[Run, ...] = ()
    token: str = ""


class UserInfo(Message, frozen=True):
    """Answer of UserInfo: who the caller is, for the backend."""

    subject: str = ""
    name: str = ""
    preferred_username: str = ""
    email: str = ""
