"""The public surface."""

from __future__ import annotations

import subprocess
import sys

import flyte_widgets as fw


def test_all_is_sorted_and_complete() -> None:
    """Every public name is in `__all__`, in order, and is there."""
    assert fw.__all__ == sorted(fw.__all__)
    assert all(hasattr(fw, name) for name in fw.__all__)


def test_import_brings_nothing_heavy() -> None:
    """`import flyte_widgets` has no HTTP client, widgets, SDK or server; what is asked for brings what it needs."""
    program = (
        "import sys, flyte_widgets as fw\n"
        "heavy = lambda *names: [name for name in names if name in sys.modules]\n"
        "print(heavy('httpx', 'anywidget', 'ipywidgets', 'flyte', 'flyteidl2', 'uvicorn'))\n"
        "assert set(fw.__all__) <= set(dir(fw))\n"
        "assert issubclass(fw.errors.WaitTimeoutError, TimeoutError)\n"
        "fw.RunWidget, fw.Run, fw.Action, fw.ActionPhase, fw.connect\n"
        "print(heavy('flyte', 'flyteidl2', 'uvicorn'))\n"
        "try: fw.nothing\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["[]", "[]", "module 'flyte_widgets' has no attribute 'nothing'"]


def test_serve_without_its_extra_says_what_to_install() -> None:
    """No traceback, but the one line that says how to get what is missing."""
    program = (
        "import sys\n"
        "sys.modules['uvicorn'] = None\n"  # as if it was not installed
        "from flyte_widgets.__main__ import main\n"
        "sys.exit(main(['serve']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("flyte-widgets: The embedded backend needs more packages")
    assert done.stderr.endswith("pip install 'flyte-widgets[local]'\n")
