"""The public surface."""

from __future__ import annotations

import subprocess
import sys

import flyte_widgets as fw


def test_all_is_sorted_and_complete() -> None:
    """Every public name is in `__all__`, in order, and is there."""
    assert fw.__all__ == sorted(fw.__all__)
    assert all(hasattr(fw, name) for name in fw.__all__)


def test_import_brings_neither_the_sdk_nor_a_server() -> None:
    """`import flyte_widgets` stays light: what `fw.local` needs comes when it is asked for."""
    program = "import sys, flyte_widgets; print([m for m in ('flyte', 'flyteidl2', 'uvicorn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
