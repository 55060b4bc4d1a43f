"""How far what is known of a run is behind its backend, action by action."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import flyte_widgets as fw
from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.state import RunState
from flyte_widgets.watch.access import watcher_of
from tests.faults.truth import ask
from tests.server_process import ServerProcess


class Lag(NamedTuple):
    """`longest_s`: the longest time for which an action was not what the backend had said of it before."""

    longest_s: float
    looks: int
    wrong_at_most: int
    wrong_at_last: int


def phases(server: ServerProcess, run: str) -> dict[str, ActionPhase | None]:
    """The phase of every action, from ListActions, past any proxy."""
    run_id = {"project": server.project, "domain": server.domain, "name": run}
    found: dict[str, ActionPhase | None] = {}
    token = ""
    while True:
        page = ask(server, "RunService", "ListActions", {"runId": run_id, "request": {"limit": 200, "token": token}})
        for action in page.get("actions", []):
            found[action["id"]["name"]] = ActionPhase.of(action["status"].get("phase"))
        token = page.get("token", "")
        if not token:
            return found


def measure(server: ServerProcess, run: fw.Run, *, every_s: float = 0.1, for_s: float = 120.0) -> Lag:
    """Compare, every tenth of a second, until the run has ended there and is right here."""
    (lag,) = measure_states(server, run.name, [watcher_of(run).state], every_s=every_s, for_s=for_s)
    if lag.wrong_at_last:
        there = Counter(phases(server, run.name).values())
        raise AssertionError(f"not right within {for_s} s: {lag.wrong_at_last} wrong, {there}")
    return lag


def measure_states(
    server: ServerProcess, run: str, states: Sequence[RunState], *, every_s: float, for_s: float
) -> list[Lag]:
    """The same for states that anybody keeps of one run. After `for_s` they are given up, right or not."""
    behind = [_Behind(state) for state in states]
    give_up_s = time.monotonic() + for_s
    while True:
        begun_s = time.monotonic()
        truth = phases(server, run)
        now_s = time.monotonic()
        for each in behind:
            each.look(truth, begun_s, now_s)
        has_ended = all(phase is not None and phase.is_terminal for phase in truth.values())
        if (has_ended and not any(each.wrong_since for each in behind)) or now_s > give_up_s:
            return [Lag(each.longest_s, each.looks, each.most, len(each.wrong_since)) for each in behind]
        time.sleep(max(0.0, every_s - (time.monotonic() - begun_s)))


class _Behind:
    """How far one state is behind."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.wrong_since: dict[str, float] = {}
        self.longest_s, self.looks, self.most = 0.0, 0, 0

    def look(self, truth: dict[str, ActionPhase | None], begun_s: float, now_s: float) -> None:
        """Compare with what was read between these times."""
        self.looks += 1
        wrong = {}
        for name, phase in truth.items():
            known = self._state.by_id.get(name)
            # What has moved on since the list was read is not behind.
            if known is None or (known.phase is not phase and not _is_ahead(known.phase, phase)):
                wrong[name] = self.wrong_since.get(name, begun_s)
                self.longest_s = max(self.longest_s, now_s - wrong[name])
        self.wrong_since, self.most = wrong, max(self.most, len(wrong))


def _is_ahead(known: ActionPhase | None, told: ActionPhase | None) -> bool:
    return known is not None and (told is None or (not told.is_terminal and known.number > told.number))
