"""One call of a client, as the tests of its methods make them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from flyte_widgets.api.client import FlyteClient
from tests.scripted_server import ScriptedServer

T = TypeVar("T")


def call(server: ScriptedServer, use: Callable[[FlyteClient], Awaitable[T]], **settings: Any) -> T:
    """Have `use` call a client of this server, and close the client."""

    async def main() -> T:
        client = FlyteClient(server.url, org="o", project="flytesnacks", domain="development", **settings)
        try:
            return await use(client)
        finally:
            await client.aclose()

    return asyncio.run(main())
