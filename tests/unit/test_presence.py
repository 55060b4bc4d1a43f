"""Which pages look at a widget, and at what pace columns go out for that."""

from __future__ import annotations

from flyte_widgets.widgets.presence import Presence


def test_nobody_needs_nothing() -> None:
    """Without a page nothing is sent, but to one that is on its way: its handshake may wait for the running cell."""
    presence = Presence()
    assert (presence.any, presence.pace) == (False, "stopped")
    presence.expect()
    assert (presence.any, presence.pace) == (True, "full")
    presence.handshake("one", looks=False, begins=True, can_interrupt=True)
    assert (presence.any, presence.pace) == (True, "stopped")


def test_one_that_looks_is_enough() -> None:
    """Columns go out while any page has a view on screen, be it one of several."""
    presence = Presence()
    assert not presence.handshake("one", looks=True, begins=True, can_interrupt=True)
    assert presence.handshake("two", looks=True, begins=True, can_interrupt=True), "one has to be asked"
    assert not presence.handshake("one", looks=True, begins=False, can_interrupt=True)
    assert not presence.handshake("two", looks=False, begins=False, can_interrupt=True)
    assert presence.pace == "full"
    presence.handshake("one", looks=False, begins=False, can_interrupt=True)
    assert presence.pace == "stopped"
    presence.handshake("two", looks=True, begins=False, can_interrupt=True)
    assert presence.pace == "full"


def test_a_page_that_went_without_a_word_is_not_waited_for() -> None:
    """After a reload only the new page counts: the old one does not answer the presence call."""
    presence = Presence()
    presence.handshake("old", looks=True, begins=True, can_interrupt=True)
    assert presence.handshake("new", looks=True, begins=True, can_interrupt=True)
    presence.handshake("new", looks=False, begins=False, can_interrupt=True)
    assert presence.pace == "stopped"


def test_slowly_where_a_word_waits_for_the_running_cell() -> None:
    """A page whose word comes in on the cells' own thread could not say in time that it looks again."""
    presence = Presence()
    presence.handshake("one", looks=True, begins=True, can_interrupt=False)
    assert presence.pace == "full"
    presence.handshake("one", looks=False, begins=False, can_interrupt=False)
    assert presence.pace == "slow"


def test_a_topic_is_shown_while_a_page_that_looks_shows_it() -> None:
    """Two pages are one audience; a page that looks away, or begins anew, shows nothing of what it had."""
    presence = Presence()

    def say(page: str, *shows: str, looks: bool = True, begins: bool = False) -> None:
        presence.handshake(page, looks=looks, begins=begins, can_interrupt=True, shows=shows)

    say("one", "logs/a3/1", begins=True)
    say("two", "logs/a3/1", "report/a4")
    assert presence.shown == {"logs/a3/1", "report/a4"}
    say("two")
    assert presence.shown == {"logs/a3/1"}
    say("one", "logs/a3/1", looks=False)
    assert presence.shown == set()
    say("one", "logs/a3/1")
    say("three", begins=True)
    assert presence.shown == set()
