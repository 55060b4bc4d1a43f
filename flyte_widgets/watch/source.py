"""The unary reads of one run. Each folds its answer into the model. On the background loop."""

from __future__ import annotations

import asyncio

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.api.connect import UNARY_TIMEOUT_S
from flyte_widgets.api.messages import ActionDetails, RunIdentifier
from flyte_widgets.errors import ApiError, NotFoundError, UnimplementedError
from flyte_widgets.watch.model import RunModel


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

    @property
    def is_tracked(self) -> bool:
        """Whether TrackedRunService has the run, as far as is known."""
        return bool(self.tracked)

    async def read_run(self) -> None:
        """GetRunDetails, on RunService and, where that does not know the run, on TrackedRunService."""
        services = (False, True) if self.tracked is None else (self.tracked,)
        first_error: ApiError | None = None
        for tracked in services:
            try:
                details = await self.client.get_run_details(self.run_id, tracked=tracked)
            except (NotFoundError, UnimplementedError) as error:
                first_error = first_error or error
                continue
            self.tracked = tracked
            self.model.note_answer()
            if details.action is not None:
                self.model.fold_details(details.action)
            return
        if first_error is not None:
            raise first_error

    async def read_action(self, action: str, *, timeout_s: float = UNARY_TIMEOUT_S) -> ActionDetails:
        """GetActionDetails of one action."""
        details = await self.client.get_action_details(
            self.run_id, action, tracked=self.is_tracked, timeout_s=timeout_s
        )
        self.model.note_answer()
        self.model.fold_details(details)
        return details

    async def read_list(self) -> None:
        """ListActions, to the last page."""
        actions = [action async for action in self.client.list_actions(self.run_id, tracked=self.is_tracked)]
        self.model.note_answer()
        self.model.fold_list(actions)

    async def pause(self, delay_s: float) -> bool:
        """Wait, but not beyond a request to retry. True if there was one."""
        self.retry_requested.clear()
        try:
            await asyncio.wait_for(self.retry_requested.wait(), delay_s)
        except asyncio.TimeoutError:
            return False
        return True
