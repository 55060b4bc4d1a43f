"""Makes tests/vectors/columns.json: blocks of packed columns, and the rows that whoever applies them must have then.

    python -m tests.vectors.make          writes the file
    python -m tests.vectors.make --print  prints what it would write

Deterministic: run it again after a change of the format, and look at the difference. The same file is read by
tests/unit/test_columns.py (the encoder still gives these bytes) and js/test/vectors.test.ts (`Actions.apply` gives
these rows). Codes of unknown phases depend on what a process has met, so this runs in one of its own.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flyte_widgets.api.messages import EnrichedAction
from flyte_widgets.run.state import RunState
from flyte_widgets.wire.columns import Columns
from tests.run_messages import EPOCH_MS, Reader, attempt, details, enriched, listed, status

FILE = Path(__file__).with_name("columns.json")
HEAD = "Made by tests/vectors/make.py. Times are epoch ms; applied is what Actions.apply answers."

Case = Callable[["Recorder"], None]
CASES: list[Case] = []


class Recorder:
    """Plays a run: fold messages, pack blocks, and note what a reader has after each."""

    def __init__(self) -> None:
        self.state = RunState()
        self.columns = Columns(self.state)
        self.reader = Reader()
        self.steps: list[dict[str, Any]] = []
        self.now_ms = float(EPOCH_MS)

    def fold(self, *messages: Any) -> None:
        """Fold messages of WatchActions (or details), a second later."""
        self.now_ms += 1000
        for message in messages:
            if isinstance(message, EnrichedAction):
                self.state.fold_enriched([message], self.now_ms)
            elif hasattr(message, "abort_info"):
                self.state.fold_details(message, self.now_ms)
            else:
                self.state.fold_listed([message], self.now_ms)

    def delta(self, *, lost: bool = False) -> bytes:
        """Pack what changed, and apply it unless it gets lost."""
        block = self.columns.delta(self.state.take_dirty(), self.now_ms)
        if not lost:
            self.apply(block)
        return block

    def apply(self, block: bytes) -> None:
        """Apply a block, and note the rows after it."""
        applied = self.reader.apply(block)
        self.steps.append(
            {
                "block": base64.b64encode(block).decode(),
                "applied": applied,
                "seq": self.reader.seq,
                "known": self.reader.known,
                "phases": self.reader.phases,
                "rows": [list(vars(row).values()) for row in self.reader.rows],
            }
        )


def case(play: Case) -> Case:
    """Take a function as a case; its name is the case's."""
    CASES.append(play)
    return play


@case
def empty_run(run: Recorder) -> None:
    run.apply(run.columns.snapshot(run.now_ms))
    run.delta()


@case
def a_run_grows(run: Recorder) -> None:
    run.fold(enriched("a0", "QUEUED", 0, name="main"))
    run.apply(run.columns.snapshot(run.now_ms))
    run.fold(enriched("a0", "RUNNING", 0, name="main"), enriched("a1", "QUEUED", 1.5, parent="a0", group="squares"))
    run.delta()
    run.fold(enriched("a1", "RUNNING", 1.5, None, 2, parent="a0", group="squares", name="square"))
    run.fold(enriched("t1", "SUCCEEDED", 2, 2.25, 0, parent="a1", name="note", kind="trace"))
    run.fold(enriched("c1", "PAUSED", 2, None, 0, parent="a0", name="approve", kind="condition"))
    run.delta()
    run.delta()
    first = attempt(1, "RUNNING", ("QUEUED", 1.5, 2), ("RUNNING", 2, None))
    second = attempt(2, "SUCCEEDED", ("QUEUED", 3, 3.5), ("RUNNING", 3.5, 5), ("SUCCEEDED", 5, 5), end=5)
    run.fold(details("a1", status("SUCCEEDED", 1.5, 5, 2), first, second, parent="a0"))
    run.delta()
    run.apply(run.columns.snapshot(run.now_ms))


@case
def a_lost_block_is_a_gap(run: Recorder) -> None:
    run.fold(enriched("a0", "RUNNING", 0, name="main"))
    first = run.delta()
    run.fold(enriched("a1", "QUEUED", 1, parent="a0", name="square"))
    run.delta(lost=True)
    run.fold(enriched("a1", "RUNNING", 1, parent="a0", name="square"))
    run.delta()
    run.apply(run.columns.snapshot(run.now_ms))
    run.fold(enriched("a1", "SUCCEEDED", 1, 4, parent="a0", name="square"))
    last = run.delta()
    run.apply(last)
    run.apply(first)


@case
def unknown_phases(run: Recorder) -> None:
    run.fold(enriched("a0", 11, 0, name="main"), enriched("a1", "ACTION_PHASE_PREEMPTED", 1, name="square"))
    run.delta()
    run.fold(enriched("a1", 300, 1), enriched("a2", None, 1), enriched("a0", "ACTION_PHASE_UNSPECIFIED", 0))
    run.delta()


@case
def all_kinds_of_text(run: Recorder) -> None:
    names = [
        "Zürich 東京 🚀 e\u0301",
        "\ud83d alone",
        "\udc00",
        "nul\x00 tab\t line\n",
        "\u202egnp.exe",
        "<b>&amp;</b>",
        "é" * 3000,
    ]
    run.fold(enriched("a0", "RUNNING", 0, name="main"))
    run.delta()
    run.fold(*(enriched(f"a{i + 1}", "RUNNING", i, parent="a0", name=n, group=n[::-1]) for i, n in enumerate(names)))
    run.delta()


@case
def many_strings(run: Recorder) -> None:
    for page in range(3):
        run.fold(*(enriched(f"a{page * 40 + i}", "QUEUED", i, name=f"task-{i % 17 * (page + 1)}") for i in range(40)))
        run.delta()


@case
def absent_and_odd_times(run: Recorder) -> None:
    run.fold(enriched("a0", "RUNNING", None, name="main"), listed("a1", "FAILED", None, None))
    run.delta()
    run.fold(
        enriched("a0", "RUNNING", -3.5), enriched("a2", "SUCCEEDED", -1000.125, -999), enriched("a1", "FAILED", 3, 1)
    )
    run.delta()


@case
def segments_grow_and_shrink(run: Recorder) -> None:
    for length in (1, 5, 2, 9, 3, 0):
        steps = [("RUNNING" if k % 2 else "QUEUED", k, k + 1) for k in range(length)]
        run.fold(
            details("a0", status("RUNNING"), attempt(1, "RUNNING", *steps)),
            details("a1", status("RUNNING"), attempt(3, "RUNNING", *steps[::-1][:2], start=0), parent="a0"),
        )
        run.delta()


@case
def orphans_and_own_parents(run: Recorder) -> None:
    run.fold(enriched("a2", "RUNNING", 2, parent="a1"), enriched("a3", "RUNNING", 2, parent="a3"))
    run.delta()
    run.fold(enriched("a1", "RUNNING", 1, parent="a0"))
    run.delta()
    run.fold(enriched("a0", "RUNNING", 0), enriched("a2", "RUNNING", 2, parent="a0"))
    run.delta()


@case
def a_bounded_saved_state(run: Recorder) -> None:
    run.fold(enriched("a0", "SUCCEEDED", 0, 99, name="main"))
    run.fold(
        *(
            enriched(
                f"a{i}", "FAILED" if i % 20 == 7 else "SUCCEEDED", i, i + (i * 7) % 30, parent=f"a{i // 30}", name="n"
            )
            for i in range(1, 60)
        )
    )
    run.delta()
    run.apply(run.columns.saved(run.now_ms, limit=12))
    run.delta()
    run.apply(run.columns.snapshot(run.now_ms))


def vectors() -> Iterator[dict[str, Any]]:
    """Play all cases."""
    for play in CASES:
        run = Recorder()
        play(run)
        yield {"name": play.__name__.replace("_", " "), "steps": run.steps}


def text() -> str:
    """The file's content, a line per block."""
    lines = []
    for vector in vectors():
        steps = ",\n".join(
            "  " + json.dumps(step, ensure_ascii=True, separators=(",", ":")) for step in vector["steps"]
        )
        lines.append(f'{{"name": {json.dumps(vector["name"])}, "steps": [\n{steps}\n]}}')
    return f'{{"about": {json.dumps(HEAD)}, "cases": [\n' + ",\n".join(lines) + "\n]}\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(text())
    else:
        FILE.write_text(text(), encoding="utf-8")
