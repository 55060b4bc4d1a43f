"""Coverage-guided fuzzing of what comes from the network. Not a test: run it by hand, for as long as you like.

    .venv/bin/pip install -e ".[fuzz]"
    mkdir -p .cache/fuzz
    .venv/bin/python -m tests.fuzz.fuzz_stream .cache/fuzz tests/fuzz/corpus -max_total_time=60 -max_len=4096

New inputs go to .cache/fuzz. A crash is written to crash-*: mend it, and move the file to tests/fuzz/corpus under a
name that says what was wrong. tests/unit/test_fuzz_corpus.py replays the corpus without atheris.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["flyte_widgets"]):
    from tests.fuzz.target import run_one


def main() -> None:
    atheris.Setup(sys.argv, run_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
