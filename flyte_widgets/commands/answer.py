"""`flyte-widgets answer` answers a condition that waits for a person."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from flyte_widgets.commands.where import BACKEND_WORDS, add_run, run_of
from flyte_widgets.errors import FlyteWidgetsError
from flyte_widgets.widgets.terminal_answers import answer_in_terminal


def add_to(commands: Any) -> None:
    """Add it to the command line."""
    answer = commands.add_parser(
        "answer",
        help="answer a condition of a run that waits for a person",
        description="Answers a condition of a run that waits for a person: `answer NAME VALUE` where one waits, else"
        " `answer NAME ACTION VALUE`. VALUE is yes or no, a number or a text, as the condition asks."
        f" {BACKEND_WORDS}",
        epilog="Exit code: 0 where Flyte took the answer, else 1.",
    )
    add_run(answer)
    answer.add_argument("words", nargs="+", metavar="[ACTION] VALUE", help="id or name of the condition; the answer")
    answer.set_defaults(command=give_answer)


def give_answer(options: argparse.Namespace) -> int:
    """Answer, and say so."""
    if len(options.words) > 2:
        raise FlyteWidgetsError(
            f"{len(options.words)} words were given; an action and an answer are taken.",
            hint="Put an answer of several words into quotes.",
        )
    run = run_of(options)
    try:
        answer_in_terminal(run, options.words, sys.stdout)
    finally:
        run.close()
    return 0
