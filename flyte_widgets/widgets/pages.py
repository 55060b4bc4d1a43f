"""Which pages have a view of a widget on screen, and so at what pace its columns are to be sent. Pure."""

from __future__ import annotations

from typing import Literal

Pace = Literal["full", "slow", "stopped"]


class Pages:
    """What pages said of themselves with each `hello`.

    A page that is closed may not have said so. But whatever is sent reaches all pages, so it only matters whether any
    looks: a page that begins makes the others say again that they are there.
    """

    def __init__(self) -> None:
        self._looking: dict[str, bool] = {}
        self._can_interrupt = False
        self._expected = False

    def expect(self) -> None:
        """Take note that a view is being displayed: its page's hello may be long in coming, behind the running cell."""
        self._expected = True

    @property
    def any(self) -> bool:
        """Whether any page has a view, on screen or not."""
        return bool(self._looking) or self._expected

    @property
    def pace(self) -> Pace:
        """How fast columns are to go out: nobody looks, nobody needs them.

        Where a page's word waits for the running cell, a view that is shown again could not say so: there they go on,
        slowly.
        """
        if any(self._looking.values()) or (self._expected and not self._looking):
            return "full"
        return "slow" if self._looking and not self._can_interrupt else "stopped"

    def hello(self, page: str, *, looks: bool, begins: bool, can_interrupt: bool) -> bool:
        """Take note of a page; True where the others have to be asked whether they are still there.

        can_interrupt: its word came in beside the thread on which cells run.
        """
        others = self._looking.keys() - {page}
        if begins:
            self._looking.clear()
        self._looking[page] = looks
        self._can_interrupt = can_interrupt
        return begins and bool(others)
