"""Which pages have a view of a widget on screen, what these show, and so what is to be sent at which pace. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Pace = Literal["full", "slow", "stopped"]


class _Page(NamedTuple):
    looks: bool
    shows: frozenset[str]


class Presence:
    """What pages said of themselves with each handshake.

    A page that is closed may not have said so. But whatever is sent reaches all pages, so it only matters whether any
    looks: a page that begins makes the others say again that they are there.
    """

    def __init__(self) -> None:
        self._pages: dict[str, _Page] = {}
        self._can_interrupt = False
        self._expected = False

    def expect(self) -> None:
        """Take note that a view is being displayed: its page's handshake may have to wait for the running cell."""
        self._expected = True

    @property
    def any(self) -> bool:
        """Whether any page has a view, on screen or not."""
        return bool(self._pages) or self._expected

    @property
    def pace(self) -> Pace:
        """How fast columns are to go out: nobody looks, nobody needs them.

        Where a page's word waits for the running cell, a view that is shown again could not say so: there they go on,
        slowly.
        """
        if any(page.looks for page in self._pages.values()) or (self._expected and not self._pages):
            return "full"
        return "slow" if self._pages and not self._can_interrupt else "stopped"

    @property
    def shown(self) -> frozenset[str]:
        """Topics that are on screen on any page."""
        return frozenset().union(*(page.shows for page in self._pages.values() if page.looks))

    def handshake(
        self, page: str, *, looks: bool, begins: bool, can_interrupt: bool, shows: Iterable[str] = ()
    ) -> bool:
        """Take note of a page; True where the others have to be asked whether they are still there.

        can_interrupt: its word came in beside the thread on which cells run.
        """
        others = self._pages.keys() - {page}
        if begins:
            self._pages.clear()
        self._pages[page] = _Page(looks, frozenset(shows))
        self._can_interrupt = can_interrupt
        return begins and bool(others)
