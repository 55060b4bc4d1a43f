"""`make bench`: measures ours beside what a user would use instead, and prints one table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import decode_fold, front_end
from tests.benchmarks.table import save, show

MEASURES = {"decode_fold": decode_fold.measure, "front_end": front_end.measure}
RESULT = Path(".cache") / "bench.json"


def main() -> None:
    """Run all measures, or those named."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("measures", nargs="*", default=list(MEASURES), metavar="MEASURE", help=", ".join(MEASURES))
    chosen = parser.parse_args().measures
    rows = [row for name in chosen for row in MEASURES[name]()]
    save(rows, RESULT)
    sys.stdout.write(show(rows) + "\n")


if __name__ == "__main__":
    main()
