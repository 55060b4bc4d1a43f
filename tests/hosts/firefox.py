"""Debian's Firefox for Playwright, which speaks WebDriver BiDi to it. Run by itself, this is the browser's executable.

A Firefox ESR does not know all commands that Playwright sends. Those that no test needs are answered here, between the
two; all else goes through as it is.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

#: Colour schemes are switched by the host's own theme in these tests, not by the browser.
_NOT_KNOWN = {"emulation.setMediaFeaturesOverride"}
_LISTENING = "WebDriver BiDi listening on "


def firefox() -> str:
    """Path of the browser."""
    for name in ("firefox-esr", "firefox"):
        path = shutil.which(name)
        if path:
            return path
    raise AssertionError("no Firefox: install it (Debian: apt-get install firefox-esr); `make hosts` does as root")


@contextmanager
def launched(playwright: Playwright, folder: Path) -> Iterator[Browser]:
    """Firefox without a window, driven like the other browsers."""
    executable = folder / "firefox"
    executable.write_text(
        f'#!/bin/sh\nPYTHONPATH={Path(__file__).parents[2]} exec {sys.executable} -m {__name__} "$@"\n'
    )
    executable.chmod(0o755)
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=executable, headless=True)
    yield browser
    browser.close()


async def _pass_on(playwright: ServerConnection, url: str) -> None:
    """Pass messages both ways until one side goes."""
    path = playwright.request.path if playwright.request else "/session"
    async with connect(url + path, max_size=None, ping_interval=None) as browser:

        async def commands() -> None:
            async for message in playwright:
                command = json.loads(message)
                if command["method"] in _NOT_KNOWN:
                    await playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
                else:
                    await browser.send(message)

        async def answers() -> None:
            async for message in browser:
                await playwright.send(message)

        passing = [asyncio.create_task(commands()), asyncio.create_task(answers())]
        await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        for task in passing:
            task.cancel()


async def _main(arguments: list[str]) -> int:
    process = await asyncio.create_subprocess_exec(firefox(), *arguments, stderr=subprocess.PIPE)
    assert process.stderr is not None
    async for line in process.stderr:
        text = line.decode(errors="replace")
        if _LISTENING in text:
            break
    else:
        return await process.wait()
    url = text.partition(_LISTENING)[2].strip()
    async with serve(lambda one: _pass_on(one, url), "127.0.0.1", 0, max_size=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        sys.stderr.write(f"{_LISTENING}ws://127.0.0.1:{port}\n")
        sys.stderr.flush()
        async for _ in process.stderr:
            pass  # what Firefox says on its way is nobody's; a full pipe would stop it
        return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
