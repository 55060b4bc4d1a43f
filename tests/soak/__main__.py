"""`make soak`: see soak.py. `make soak ARGS="--minutes 10"` for a short one. Exit status 1 where anything grows."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.machine import say
from tests.soak.growth import growths, table
from tests.soak.soak import Minute, Soak, soak

RESULT = Path(".cache") / "soak.json"
LEAST_MINUTES = 5


def main() -> int:
    """Soak, tell each minute, and judge in the end."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=int, default=Soak.minutes, help=f"at least {LEAST_MINUTES}")
    plan = Soak(minutes=max(LEAST_MINUTES, parser.parse_args().minutes))
    minutes: list[Minute] = []
    for minute in soak(plan):
        minutes.append(minute)
        values = ", ".join(f"{value:,.0f} {name}" for name, value in minute.sample.values.items())
        runs = f"{minute.watched} runs under way, {minute.unanswered} unanswered"
        also = f"{minute.messages} messages, {minute.log_news} of the log, {minute.kernel_cpu:.0f} % of a core"
        say(f"minute {minute.sample.minute}: {values}; {also}; {runs}; load {_load()}")
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(json.dumps([asdict(one) for one in minutes], indent=1) + "\n", encoding="utf-8")
    samples = [minute.sample for minute in minutes]
    sys.stdout.write(f"{table(samples)}\n\nThe backend that kept all runs: {minutes[-1].server_mb:,.0f} MB\n")
    return 0 if all(one.is_flat for one in growths(samples)) else 1


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    sys.exit(main())
