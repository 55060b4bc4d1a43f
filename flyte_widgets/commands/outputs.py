"""`flyte-widgets outputs` writes what an action returned."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from flyte_widgets.commands.where import BACKEND_WORDS, action_of, add_action, add_run, run_of
from flyte_widgets.run.json_values import as_json
from flyte_widgets.untrusted import one_line, shortened

_LINE_LIMIT = 4_000


def add_to(commands: Any) -> None:
    """Add it to the command line."""
    outputs = commands.add_parser(
        "outputs",
        help="write what an action returned",
        description="Writes what an action returned, a line a value: `name = value`, as Python writes it. Empty"
        f" until it has succeeded. {BACKEND_WORDS}",
        epilog="Exit code: 0; 1 where the values could not be read.",
    )
    add_run(outputs)
    add_action(outputs)
    outputs.add_argument("--json", action="store_true", help="one JSON object, by name; files and tables as their URI")
    outputs.set_defaults(command=write_outputs)


def write_outputs(options: argparse.Namespace) -> int:
    """Write the values."""
    run = run_of(options)
    try:
        values = action_of(run, options).outputs()
    finally:
        run.close()
    if options.json:
        sys.stdout.write(json.dumps(as_json(values), allow_nan=False, ensure_ascii=False, indent=2) + "\n")
    else:
        for name, value in values.items():
            sys.stdout.write(shortened(one_line(f"{name} = {value!r}"), _LINE_LIMIT) + "\n")
    return 0
