"""What the tasks of a simulated run print: by task name, from a seed, spread over the time that they run. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from flyte_widgets.local.simulator.texts import SimError

_SYSTEM_LINES: Final = (
    "[flyte] INFO starting {task}, attempt {attempt}",
    "[flyte] INFO inputs read in 0.04s",
)
_RUNTIME: Final = """\
  File "/opt/venv/lib/python3.12/site-packages/flyte/_internal/runtime/taskrunner.py", line 148, in run_task
    outputs = await task.execute(**inputs)
  File "/opt/venv/lib/python3.12/site-packages/flyte/_task.py", line 421, in execute
    return await asyncio.to_thread(self.func, **kwargs)
  File "/usr/local/lib/python3.12/asyncio/threads.py", line 25, in to_thread
    return await loop.run_in_executor(None, func_call)"""
"""What a container prints of a traceback before the user's frames; the error that is reported leaves it out."""
_TRACEBACK: Final = "Traceback (most recent call last):"
_GREEN, _YELLOW, _RED, _RESET = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


class PrintedLine(NamedTuple):
    """A line, and where in the attempt it comes: 0 when that begins to run, 1 when it ends."""

    share: float
    text: str
    is_system: bool = False


def printed(task: str, action: str, attempt: int, *, count: int, error: SimError | None) -> Iterator[PrintedLine]:
    """Give the log of an attempt: `count` lines and a few around them. The same arguments give the same lines."""
    rng = Random(f"{task}/{action}/{attempt}")  # noqa: S311 - it is meant to be repeatable
    for line in _SYSTEM_LINES:
        yield PrintedLine(0.0, line.format(task=task, attempt=attempt), is_system=True)
    name = task.rpartition(".")[2]
    write = _training if "train" in name or name.startswith("fold") else _WRITERS.get(name, _steps)
    for index in range(count):
        # Never at 1: what is printed is there before the attempt has ended.
        yield PrintedLine((index + 1) / (count + 1) * 0.98, write(rng, index, count))
    if error is not None:
        for line in error.message.replace(_TRACEBACK, f"{_TRACEBACK}\n{_RUNTIME}", 1).splitlines():
            yield PrintedLine(0.99, line)
        yield PrintedLine(0.995, f"[flyte] ERROR the task failed: {error.code}", is_system=True)
    else:
        yield PrintedLine(0.99, f"[flyte] INFO {name} done, outputs written", is_system=True)


def _training(rng: Random, index: int, count: int) -> str:
    """Write losses, a progress bar that overwrites itself, and now and then a warning in colour."""
    epoch, loss = index // 8 + 1, 2.4 * 0.97**index + rng.uniform(0, 0.05)
    if index % 8 == 7:
        states = (f"\repoch {epoch}: {share:3d}%|{'█' * (share // 10):<10}| {share}/100" for share in (10, 50, 100))
        return "".join(states).lstrip("\r")
    if index % 17 == 11:
        return f"{_YELLOW}WARNING{_RESET} gradient norm {rng.uniform(9, 40):.1f} was clipped to 5.0"
    return f"step {index:>5}  loss {loss:.4f}  lr {0.0003 * 0.99**epoch:.6f}  {rng.uniform(90, 130):.0f} samples/s"


def _squares(rng: Random, index: int, count: int) -> str:
    value = rng.randint(2, 99)
    return f"square({value}) = {value * value}"


def _shards(rng: Random, index: int, count: int) -> str:
    size = rng.randint(20, 400)
    if rng.random() < 0.1:
        return f"{_RED}ERROR{_RESET} shard-{index:05d}.parquet: read timed out, trying again"
    return f"{_GREEN}ok{_RESET} shard-{index:05d}.parquet  {size} kB in {rng.uniform(0.05, 0.9):.2f}s"


def _steps(rng: Random, index: int, count: int) -> str:
    what = rng.choice(("read", "parsed", "checked", "wrote"))
    return f"INFO {what} batch {index + 1} of {count}: {rng.randint(200, 4000):,} rows"


_WRITERS: Final = {"square": _squares, "fetch_shard": _shards, "embed_batch": _shards, "embed_corpus": _shards}
