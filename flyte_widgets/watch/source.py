"""The unary reads of one run. Each folds its answer into the model. On the background loop."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.connect import UNARY_TIMEOUT_S
from flyte_widgets.api.messages import ActionDetails, RunIdentifier
from flyte_widgets.errors import (
    ApiError,
    CallTimeoutError,
    DeadlineExceededError,
    NotFoundError,
    PermissionDeniedError,
    UnimplementedError,
)
from flyte_widgets.run.relation import relation_from
from flyte_widgets.run.state import ROOT
from flyte_widgets.tasks import within
from flyte_widgets.watch.model import RunModel

PROBE_S: Final = 5.0
"""How long a read may take before another call is tried, or it is shown that the backend does not answer."""
RETRY_REFUSED_S: Final = 60.0
"""How often a call that the backend refuses, though it answers others, is tried again."""

_UNKNOWN_WITHOUT: Final = {
    "ListActions": "updates that the stream loses cannot be found.",
    "GetActionDetails": "errors and times of the phases may be missing.",
    "WatchActionDetails": "details are asked for every few seconds.",
    "WatchClusterEvents": "events of the cluster come late.",
}
"""Call, and what follows if the backend refuses it."""


class RunSource:
    """Where a run is, and how it is read. Streams and tasks share it.

    `tracked` None: not known yet which of the two services has the run. All reads raise ApiError.
    """

    def __init__(self, client: FlyteClient, run_id: RunIdentifier, model: RunModel, tracked: bool | None) -> None:
        self.client = client
        self.run_id = run_id
        self.model = model
        self.tracked = tracked
        self.retry_requested = asyncio.Event()
        """Set by whoever does not want to wait for the next try."""
        self._refused_s: dict[str, float] = {}

    @property
    def is_tracked(self) -> bool:
        """Whether TrackedRunService has the run, as far as is known."""
        return bool(self.tracked)

    # --- reads -----------------------------------------------------------------------------------------------------

    async def find_run(self, timeout_s: float = UNARY_TIMEOUT_S) -> None:
        """Read the run for the first time. Only GetRunDetails says reliably that there is none."""
        try:
            await self._read_run(timeout_s)
        except ApiError as error:
            if not is_refusal(error):
                raise
            # GetRunDetails alone may be refused: then the root says all that it does.
            self.client.hurry()
            for tracked in self._services():
                try:
                    await self.read_action(ROOT, tracked=tracked)
                except ApiError:
                    continue
                self.tracked = tracked
                return
            raise

    async def read_root(self, timeout_s: float = UNARY_TIMEOUT_S) -> None:
        """Read the root, by whichever call the backend does not refuse."""
        if self.may_call("GetActionDetails"):
            try:
                await self.read_action(ROOT, timeout_s=timeout_s)
            except ApiError as error:
                if not is_refusal(error):
                    raise
                self.client.hurry()
                await self._read_run(timeout_s)
                self.note_refused("GetActionDetails", error)
            else:
                self.note_allowed("GetActionDetails")
            return
        await self._read_run(timeout_s)

    async def read_action(
        self, action: str, *, timeout_s: float = UNARY_TIMEOUT_S, tracked: bool | None = None
    ) -> ActionDetails:
        """GetActionDetails of one action."""
        read_from = self.model.state.changes
        try:
            details = await self.client.get_action_details(
                self.run_id, action, tracked=self.is_tracked if tracked is None else tracked, timeout_s=timeout_s
            )
        except ApiError as error:
            if is_refusal(error) and self.model.stream.is_open:  # so it is this call alone
                self.note_refused("GetActionDetails", error)
            raise
        self.model.note_answer()
        self.model.fold_details(details, read_from)
        return details

    async def read_list(self) -> bool:
        """ListActions, to the last page. False if anything in it was new."""
        read_from, streamed = self.model.state.changes, self.model.stream.is_open
        actions = [action async for action in self.client.list_actions(self.run_id, tracked=self.is_tracked)]
        self.model.note_answer()
        return self.model.fold_list(actions, read_from, streamed=streamed)

    async def _read_run(self, timeout_s: float) -> None:
        """GetRunDetails, on RunService and, where that does not know the run, on TrackedRunService."""
        read_from = self.model.state.changes
        first_error: ApiError | None = None
        for tracked in self._services():
            try:
                details = await self.client.get_run_details(self.run_id, tracked=tracked, timeout_s=timeout_s)
            except (NotFoundError, UnimplementedError) as error:
                first_error = first_error or error
                continue
            self.tracked = tracked
            self.model.note_answer()
            if details.run_spec is not None:
                self.model.relation = relation_from(details.run_spec.relation)
            if details.action is not None:
                self.model.fold_details(details.action, read_from)
            return
        if first_error is not None:
            if isinstance(first_error, NotFoundError) and not (self.run_id.project and self.run_id.domain):
                first_error.hint = 'No project and domain were given: fw.connect(..., project="...", domain="...").'
            raise first_error

    def _services(self) -> tuple[bool, ...]:
        return (False, True) if self.tracked is None else (self.tracked,)

    # --- refused calls ---------------------------------------------------------------------------------------------

    def may_call(self, rpc: str) -> bool:
        """Whether a call is worth a try: the backend did not refuse it lately."""
        return time.monotonic() - self._refused_s.get(rpc, -RETRY_REFUSED_S) >= RETRY_REFUSED_S

    def note_refused(self, rpc: str, error: ApiError) -> None:
        """Note that the backend refuses a call, though it answers others."""
        self._refused_s[rpc] = time.monotonic()
        self.model.note_refusal(rpc, f"{rpc} fails here ({error.message.rstrip('.')}): {_UNKNOWN_WITHOUT[rpc]}")

    def note_allowed(self, rpc: str) -> None:
        """Note that a call was answered."""
        if self._refused_s.pop(rpc, None) is not None:
            self.model.note_refusal(rpc, "")

    async def pause(self, delay_s: float) -> bool:
        """Wait, but not beyond a request to retry. True if there was one."""
        self.retry_requested.clear()
        try:
            await within(delay_s, self.retry_requested.wait())
        except TimeoutError:
            return False
        return True


def is_refusal(error: ApiError) -> bool:
    """Whether a call may be refused for itself: the backend does not have or allow it, or hangs in it."""
    return isinstance(error, (UnimplementedError, PermissionDeniedError, CallTimeoutError, DeadlineExceededError))
