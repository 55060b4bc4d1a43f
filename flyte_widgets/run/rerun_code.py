"""Python that starts a run again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flyte_widgets.run.state import ROOT


def rerun_code(
    run: str, action: str, changed: Mapping[str, Any], *, recover: bool, force: Sequence[str], is_local: bool
) -> str:
    """Write the call that starts a run again, with the inputs that are changed.

    `flyte.rerun("r4p2bdpt7f", n=40)`: the SDK's own. It cannot start what it ran itself: then it is ours.
    """
    if is_local:
        target = f'fw.Run("{run}")' if action == ROOT else f'fw.Run("{run}").actions["{action}"]'
        return f"{target}.rerun({_inputs(changed)})"
    options = [f'"{run}"']
    options += [f'action_name="{action}"'] if action != ROOT else []
    options += ["recover=True"] if recover else []
    options += [f"force_rerun_actions={list(force)!r}"] if recover and force else []
    return f"flyte.rerun({', '.join([*options, *([_inputs(changed)] if changed else [])])})"


def _inputs(changed: Mapping[str, Any]) -> str:
    """Write inputs as arguments. What is no name in Python is given by `**`."""
    named = [f"{name}={value!r}" for name, value in changed.items() if name.isidentifier()]
    others = {name: value for name, value in changed.items() if not name.isidentifier()}
    return ", ".join([*named, *([f"**{others!r}"] if others else [])])
