"""How far what is known of a run is behind its backend, action by action."""

from __future__ import annotations

import time
from collections import Counter
from typing import NamedTuple

import flyte_widgets as fw
from flyte_widgets.phases import ActionPhase
from flyte_widgets.watch.access import watcher_of
from tests.faults.truth import ask
from tests.server_process import ServerProcess


class Lag(NamedTuple):
    """`longest_s`: the longest time for which an action was not what the backend had said of it before."""

    longest_s: float
    looks: int
    wrong_at_most: int


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
    state = watcher_of(run).state
    wrong_since: dict[str, float] = {}
    longest_s, looks, most = 0.0, 0, 0
    give_up_s = time.monotonic() + for_s
    while time.monotonic() < give_up_s:
        begun_s = time.monotonic()
        truth = phases(server, run.name)
        now_s = time.monotonic()
        looks += 1
        wrong = {}
        for name, phase in truth.items():
            known = state.by_id.get(name)
            # What has moved on since the list was read is not behind.
            if known is None or (known.phase is not phase and not _is_ahead(known.phase, phase)):
                wrong[name] = wrong_since.get(name, begun_s)
                longest_s = max(longest_s, now_s - wrong[name])
        wrong_since, most = wrong, max(most, len(wrong))
        if not wrong and all(phase is not None and phase.is_terminal for phase in truth.values()):
            return Lag(longest_s, looks, most)
        time.sleep(max(0.0, every_s - (time.monotonic() - begun_s)))
    raise AssertionError(f"not right within {for_s} s: {len(wrong_since)} wrong, {Counter(phases(server, run.name))}")


def _is_ahead(known: ActionPhase | None, told: ActionPhase | None) -> bool:
    return known is not None and (told is None or (not told.is_terminal and known.number > told.number))
