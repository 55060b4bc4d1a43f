"""A task tree with everything in it: nesting, a group, a trace, sync and async tasks, a retry, a failure."""

from __future__ import annotations

import asyncio
import time

import flyte

env = flyte.TaskEnvironment("demo")
_tries: dict[str, int] = {}


@env.task
async def square(x: int, seconds: float = 0.05) -> int:
    await asyncio.sleep(seconds)
    return x * x


@env.task
def add_one(x: int) -> int:
    time.sleep(0.05)
    return x + 1


@env.task
async def nested(x: int) -> int:
    return await square(x) + await square(x + 1)


@env.task(retries=2)
async def flaky(key: str, failures: int) -> int:
    _tries[key] = _tries.get(key, 0) + 1
    if _tries[key] <= failures:
        raise ConnectionError(f"try {_tries[key]} of {key}")
    return _tries[key]


@flyte.trace
async def note(x: int) -> int:
    return x


@env.task
async def pipeline(key: str, failures: int = 1) -> int:
    with flyte.group("squares"):
        squares = await asyncio.gather(*[square(i) for i in range(3)])
    await note(1)
    total = sum(squares) + await nested(2) + await add_one.aio(1)
    return total + await flaky(key, failures)


@env.task
async def forever() -> int:
    return await square(1, 600.0)


@env.task
def sync_steps(count: int) -> int:
    return sum(add_one(i) for i in range(count))


@env.task
async def tolerant() -> str:
    try:
        await square(1, 600.0)
    except flyte.errors.ActionAbortedError as error:
        return f"went on: {type(error).__name__}"
    return "was not aborted"
