"""`make bench`: measures ours beside what a user would use instead, and prints one table.

A measure is a module here with a function `measure()` that gives findings (table.py): rows side by side, targets, and
how costs grow. Each runs in a process of its own, where no other has left a heap or a thread, and can be run alone:
`make bench ARGS="messages packages"`. Only a run of all renews docs/benchmarks.md and the README.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

from tests.benchmarks.isolated import measure
from tests.benchmarks.machine import describe, say
from tests.benchmarks.readme import renew
from tests.benchmarks.table import Finding, Target, save, show

MEASURES = {
    "messages": "messages, bytes and CPU of a live run",
    "decode_fold": "from bytes to state",
    "literals": "from bytes to an action's outputs",
    "reconcile": "what comparing with the backend's list costs, and what it is good for",
    "event_to_pixel": "from the backend's word to the text in JupyterLab",
    "start_up": "imports, and first widgets in JupyterLab",
    "log_lines": "lines of a log, from the backend to the screen",
    "many_widgets": "a page of 30",
    "saved_size": "what a run leaves in a saved notebook",
    "packages": "the wheel, and what it brings",
    "sustained": "20,000 updates a second",
    "many_runs": "200 runs at once",
    "runs_list": "a list of 10,000 runs",
    "critical_path": "critical path and times by task of 100,000 actions",
    "local_runs": "real tasks on this machine",
    "front_end": "first paint, frames, heap",
}
"""Module and what it measures, in the order in which they run."""
RESULT = Path(".cache") / "bench.json"


def main() -> int:
    """Run all measures, or those named. A measure that breaks is told, and does not keep the others from running."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n", maxsplit=1)[0])
    known = ", ".join(MEASURES)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], metavar="MEASURE", help=f"any of: {known}")
    chosen = parser.parse_args().measures or list(MEASURES)
    findings: list[Finding] = []
    broken: list[str] = []
    begun_s = time.monotonic()
    for number, name in enumerate(chosen, 1):
        say(f"{name}: {MEASURES[name]} ({number} of {len(chosen)})")
        try:
            findings += measure(name, begun_s)
        except Exception:  # noqa: BLE001 - told, and the exit status says so
            traceback.print_exc()
            broken.append(name)
    machine = describe()
    save(findings, machine, RESULT)
    sys.stdout.write(f"{machine}\n\n{show(findings)}\n")
    missed = [finding for finding in findings if isinstance(finding, Target) and not finding.met]
    say(f"done in {(time.monotonic() - begun_s) / 60:.1f} minutes: {len(missed)} targets not met; all is in {RESULT}")
    if broken:
        say(f"broken: {', '.join(broken)}")
    elif chosen == list(MEASURES):
        renew(findings, machine)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
