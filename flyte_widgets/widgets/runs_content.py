"""What a RunsWidget sends: the newest rows as a trait, older ones when asked for or changed, counts of actions."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Sequence
from typing import Final

from flyte_widgets.run.listing import RunChoice, RunRow, since_words
from flyte_widgets.run.times import moment
from flyte_widgets.watch.runs import RunsPlace
from flyte_widgets.watch.runs_counts import Counts, RunCounter
from flyte_widgets.watch.runs_list import RunList
from flyte_widgets.watch.runs_poll import RunsPoll
from flyte_widgets.widgets.outbound import Outbound
from flyte_widgets.widgets.trait_values import connection_dict
from flyte_widgets.wire.messages import Pushed
from flyte_widgets.wire.runs import OlderRuns, RunCounts, RunListRow, RunRows, RunsState

NEWEST: Final = 60
"""Rows in the trait: as many as fill a screen, and what a saved notebook shows."""
SEND_EVERY_S: Final = 1.0
_PAGE: Final = 200
_LOOKS: Final = "runs"
_COUNTS: Final = "counts"


class RunsContent:
    """The `Content` of a RunsWidget's outbound part, and the polling behind it."""

    def __init__(self, place: RunsPlace, outbound: Outbound) -> None:
        self._place, self._outbound = place, outbound
        self._lock = threading.Lock()
        """For what the loop and the publisher share: `_given`, `_changed`, `_counts`."""
        self._given: dict[str, RunListRow] = {}
        """Rows that pages have, beyond the newest."""
        self._changed: dict[str, RunListRow] = {}
        self._counts: dict[str, Counts] = {}
        self._generation = 0
        self._looks = False
        self._seen: frozenset[str] = frozenset()
        self._sent_s = 0.0
        self.opened = ""
        self._id = secrets.token_hex(6)
        self._counter = RunCounter(self._note_counts)
        self.poll = self._new_poll(place.choice)
        self._state = self.state()
        outbound.on_shown(_LOOKS, self._on_looks)
        outbound.on_shown(_COUNTS, self._on_counts)

    @property
    def runs(self) -> RunList:
        """The list."""
        return self.poll.runs

    @property
    def is_live(self) -> bool:
        """A list of runs never ends."""
        return True

    def state(self) -> RunsState:
        """Give the trait as it should be."""
        runs, choice = self.runs, self.runs.choice
        now_ms = runs.client.now_ms
        phases = "paused" if choice.waiting else ",".join(phase.value for phase in choice.phases)
        return {
            "id": self._id,
            "project": runs.project,
            "domain": runs.domain,
            "host": runs.client.host,
            "task": choice.task,
            "phase": phases,
            "mine": choice.mine,
            "since": since_words(choice.since, moment(now_ms)),
            "search": choice.search,
            "rows": [self._row(row) for row in runs.rows[: min(NEWEST, runs.limit or NEWEST)]],
            "generation": self._generation,
            "isRead": runs.is_read,
            "hasOlder": runs.has_older or min(len(runs.rows), runs.limit or len(runs.rows)) > NEWEST,
            "loaded": runs.looked_through,
            "knowsMe": runs.user is not None,
            "notes": runs.notes,
            "connection": connection_dict(self.poll.connection),
            "opened": self.opened,
            "nowMs": now_ms,
        }

    # --- on the background loop --------------------------------------------------------------------------------------

    def choose(self, choice: RunChoice) -> None:
        """List other runs from now on."""
        user = self.runs.user
        self.poll.look(False)
        self._generation += 1
        with self._lock:
            self._given.clear()
            self._changed.clear()
        self.poll = self._new_poll(choice)
        self.runs.user = user
        self.poll.see(self._seen)
        self.poll.look(self._looks)
        self._outbound.wake()

    async def first_read(self) -> None:
        """Read the newest runs, unless they were."""
        if not self.runs.is_read:
            await self.poll.read()
            self._on_read()

    async def older(self, have: int) -> OlderRuns:
        """Give the rows that follow the first `have`."""
        runs, generation = self.runs, self._generation
        while len(runs.rows) <= have and runs.has_older:
            if not await runs.read_older(_PAGE) and len(runs.rows) <= have:
                break
        most = min(have + _PAGE, runs.limit or have + _PAGE)
        rows = [self._row(row) for row in runs.rows[have:most]]
        if runs is self.runs:  # else others were chosen meanwhile
            with self._lock:
                self._given.update((row["run"], row) for row in rows)
        self._outbound.wake()  # the trait has how many were looked through
        return {"generation": generation, "rows": rows, "hasOlder": len(runs.rows) > most or runs.has_older}

    def close(self) -> None:
        """Read nothing any more."""
        self.poll.look(False)
        self._counter.look_at(self.runs, frozenset())

    def _new_poll(self, choice: RunChoice) -> RunsPoll:
        return RunsPoll(self._place.new_list(choice), self._on_read, self._counter.refresh)

    def _on_looks(self, keys: frozenset[str]) -> None:
        self._looks = bool(keys)
        self.poll.look(self._looks)

    def _on_counts(self, names: frozenset[str]) -> None:
        self._seen = names
        self.poll.see(names)
        self._counter.look_at(self.runs, names)

    def _on_read(self) -> None:
        """Find out which of the rows that pages have, beyond the newest, are other ones by now."""
        runs = self.runs
        newest = {row.name for row in runs.rows[:NEWEST]}
        with self._lock:
            for name, given in self._given.items():
                if name in runs and (row := self._row(runs[name])) != given:
                    self._changed[name] = row
            for row in self._state["rows"]:
                if row["run"] in runs and row["run"] not in newest:  # other, newer ones have taken its place
                    self._changed[row["run"]] = self._row(runs[row["run"]])
            self._given.update(self._changed)
            has_changes = bool(self._changed)
        self._outbound.wake(0.0 if self._has_first else self._sent_s + SEND_EVERY_S)
        if has_changes:
            self._outbound.push(self._take_rows)

    @property
    def _has_first(self) -> bool:
        """Whether the list was read, and pages still say that it is being read."""
        return self.runs.is_read and not self._state["isRead"]

    def _note_counts(self, name: str, counts: Counts) -> None:
        with self._lock:
            self._counts[name] = counts
        self._outbound.push(self._take_counts)

    def _row(self, row: RunRow) -> RunListRow:
        user = self.runs.user
        mine = user is not None and row.subject == user.subject
        return {
            "run": row.name,
            "task": row.task,
            "phase": row.phase.value if row.phase is not None else "",
            "createdMs": row.created_ms,
            "endedMs": row.ended_ms,
            "owner": row.owner,
            "mine": mine,
            "waiting": row.name in self.runs.waiting and not row.is_terminal,
        }

    # --- on the publisher's thread -----------------------------------------------------------------------------------

    def send_due(self, now_s: float) -> float | None:
        """Send the trait where it is another one. The first rows wait for nothing."""
        is_first, rate = self._has_first, self._outbound.rate
        due_s = rate.urgent_s if is_first else max(self._sent_s + SEND_EVERY_S, rate.regular_s)
        if now_s < due_s:
            return due_s
        state = self.state()
        if _essence(state) != _essence(self._state):
            self._state, self._sent_s = state, now_s
            self._outbound.channel.set_traits({"runs": state})
            self._outbound.note_sent(now_s, urgent=is_first)
        return None

    def send_missing(self, _seq: int) -> None:
        """Send the changes that nobody was there to see."""
        if self._changed:
            self._outbound.push(self._take_rows)

    def _take_rows(self) -> Sequence[tuple[Pushed, Sequence[bytes]]]:
        with self._lock:
            rows, self._changed = list(self._changed.values()), {}
        return [(RunRows(generation=self._generation, rows=rows), ())] if rows else []

    def _take_counts(self) -> Sequence[tuple[Pushed, Sequence[bytes]]]:
        with self._lock:
            counts, self._counts = self._counts, {}
        return [(RunCounts(run=name, counts=one), ()) for name, one in counts.items()]


def _essence(state: RunsState) -> dict[str, object]:
    """All but what changes with each read: while all is well, the time of the last one is no news."""
    connection = dict(state["connection"])
    if connection["state"] == "live":
        connection["lastMs"] = None
    return {**state, "nowMs": 0, "connection": connection}


async def bounded(content: RunsContent, within_s: float) -> None:
    """Read the newest runs, but wait for no longer than this."""
    reading = asyncio.ensure_future(content.first_read())
    await asyncio.wait([reading], timeout=within_s)
