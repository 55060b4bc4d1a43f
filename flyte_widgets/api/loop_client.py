"""The HTTP client of one event loop: made when it is first needed, anew after a fork or on the next loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from flyte_widgets.api.circuit_breaker import CircuitBreaker
from flyte_widgets.api.http_client import unlogged
from flyte_widgets.errors import FlyteWidgetsError, TransportError

_CLOSE_IDLE_AFTER_S: Final = 6.0
"""Longer than httpx keeps an idle connection."""


class LoopClient:
    """Holds the httpx client of a backend, and closes it when nothing was asked for a while. Used on one loop.

    httpx itself closes idle connections only at the next request.
    """

    def __init__(self, host: str, make: Callable[[], httpx.AsyncClient]) -> None:
        self._host, self._make = host, make
        self._client: httpx.AsyncClient | None = None
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._is_closed = False
        self._under_way = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self.breaker = CircuitBreaker()
        """Made anew with each loop: requests wait for it there."""

    def get(self) -> httpx.AsyncClient:
        """Give the client of the running loop.

        Raises TransportError when this is closed, FlyteWidgetsError while another loop that still runs has the client.
        """
        if self._is_closed:
            error = TransportError(
                f"The connection to {self._host} was closed here.", hint="Make a new one: fw.connect(...)."
            )
            error.transient = False
            raise error
        here = (os.getpid(), asyncio.get_running_loop())
        if self._owner != here:
            self._move(here)
        if self._client is None:
            self._client = self._make()
        return self._client

    @contextmanager
    def in_use(self) -> Iterator[httpx.AsyncClient]:
        """Give the client for one request, and keep it open until that has ended."""
        client = self.get()
        self._under_way += 1
        try:
            yield client
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._close_idle_later()

    async def aclose(self) -> None:
        """Close all connections, for good."""
        self._is_closed = True
        self.breaker.note_answer()  # whoever waits is to hear that this is closed
        await self._close_connections()

    def _move(self, here: tuple[int, asyncio.AbstractEventLoop]) -> None:
        if self._owner is not None:
            process, loop = self._owner
            if process == here[0] and not loop.is_closed():
                raise FlyteWidgetsError(
                    f"The client of {self._host} is in use on another event loop.",
                    hint="A client belongs to one loop: make another for this one.",
                )
        self._owner, self._client, self._under_way, self.breaker = here, None, 0, CircuitBreaker()

    def _close_idle_later(self) -> None:
        async def close_idle() -> None:
            if not self._under_way:
                await self._close_connections()

        if self._idle_timer is not None:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(_CLOSE_IDLE_AFTER_S, lambda: loop.create_task(close_idle()))

    async def _close_connections(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with unlogged():
                await client.aclose()
