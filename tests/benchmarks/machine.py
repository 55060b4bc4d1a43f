"""The machine that measures, and telling what it is doing."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path

import psutil

_begun_s = time.monotonic()


def begin(begun_s: float) -> None:
    """Tell times since then, as the process does that began this one."""
    global _begun_s  # noqa: PLW0603 - one clock for a process
    _begun_s = begun_s


def say(text: str) -> None:
    """Tell on stderr what is being done, and since when."""
    minutes, seconds = divmod(round(time.monotonic() - _begun_s), 60)
    sys.stderr.write(f"[bench {minutes}:{seconds:02}] {text}\n")
    sys.stderr.flush()


def describe() -> str:
    """Name the machine: what it is, and how busy it was besides."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory_gb:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
