"""What was seen of the widget in each host: kept in .cache/hosts.json, shown as one table."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

RESULT = Path(__file__).parents[2] / ".cache" / "hosts.json"
COLUMNS = (
    "live",
    "click idle",
    "click while busy",
    "click while computing",
    "dark",
    "saved",
    "sidebar",
    "list of runs",
)


@dataclass
class Cell:
    """One thing in one host. `seconds`: what was measured, if anything; `note`: what to know, or why not.

    `ok` is None where the host has no such thing.
    """

    host: str
    column: str
    ok: bool | None = True
    seconds: float | None = None
    note: str = ""

    def __str__(self) -> str:
        if not self.ok:
            return f"–, {self.note}" if self.ok is None else f"**no**: {self.note}"
        measured = "yes" if self.seconds is None else f"{self.seconds:.2f} s"
        return f"{measured} ({self.note})" if self.note else measured


class Record:
    """The cells of this session; each is written at once beside those of the sessions before."""

    def __init__(self) -> None:
        self.is_empty = True

    @contextmanager
    def __call__(self, host: str, column: str) -> Iterator[Cell]:
        """Have the body test one thing of one host; what it raises goes into the table, too."""
        cell = Cell(host, column)
        try:
            yield cell
        except BaseException as error:
            cell.ok, cell.note = False, next(iter(str(error).splitlines()), "") or type(error).__name__
            raise
        finally:
            self._save(cell)

    def absent(self, host: str, column: str, why: str) -> None:
        """Say that a host has no such thing; the caller has looked."""
        self._save(Cell(host, column, ok=None, note=why))

    def _save(self, cell: Cell) -> None:
        self.is_empty = False
        kept = [other for other in load() if (other.host, other.column) != (cell.host, cell.column)]
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps([asdict(one) for one in (*kept, cell)], indent=1) + "\n")


def load() -> list[Cell]:
    """Give what was recorded since the file was removed."""
    return [Cell(**fields) for fields in json.loads(RESULT.read_text())] if RESULT.exists() else []


def table(cells: list[Cell]) -> str:
    """Lay the cells out as Markdown, one line a host."""
    rows: dict[str, dict[str, Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.host, {})[cell.column] = cell
    lines = [
        f"Measured {time.strftime('%Y-%m-%d')}, each cell a test in a browser:",
        "",
        f"| host | {' | '.join(COLUMNS)} |",
        f"| --- |{' --- |' * len(COLUMNS)}",
    ]
    readers = {host: cells["saved"] for host, cells in rows.items() if set(cells) == {"saved"}}
    for host in sorted(rows.keys() - readers.keys()):
        words = [_escaped(rows[host].get(column, "not tested")) for column in COLUMNS]
        lines.append(f"| {host} | {' | '.join(words)} |")
    if readers:
        lines += ["", "| a saved notebook read by | name, phase, counts, error, durations |", "| --- | --- |"]
        lines += [f"| {host} | {_escaped(cell)} |" for host, cell in sorted(readers.items())]
    return "\n".join(lines)


def _escaped(words: object) -> str:
    return str(words).replace("|", "\\|")
