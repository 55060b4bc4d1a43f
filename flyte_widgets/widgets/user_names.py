"""What the user calls a widget or a run, so that Python that is offered for copying runs in their notebook."""

from __future__ import annotations

import sys
from typing import Any


def python_of_run(widget: Any, run: Any) -> str:
    """Write the run as the notebook has it: `w.run`, `run`, or, where no variable holds it, `fw.Run("name")`."""
    for name, value in _variables().items():
        if name.startswith("_"):
            continue
        if value is widget:
            return f"{name}.run"
        if value is run:
            return name
    return f'fw.Run("{run.name}")'


def _variables() -> dict[str, Any]:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return dict(getattr(shell, "user_ns", None) or {})
