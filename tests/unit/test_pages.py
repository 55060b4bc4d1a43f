"""Which pages look at a widget, and at what pace columns go out for that."""

from __future__ import annotations

from flyte_widgets.widgets.pages import Pages


def test_nobody_needs_nothing() -> None:
    """Without a page nothing is sent, but to one that is on its way: its hello may wait for the running cell."""
    pages = Pages()
    assert (pages.any, pages.pace) == (False, "stopped")
    pages.expect()
    assert (pages.any, pages.pace) == (True, "full")
    pages.hello("one", looks=False, begins=True, can_interrupt=True)
    assert (pages.any, pages.pace) == (True, "stopped")


def test_one_that_looks_is_enough() -> None:
    """Columns go out while any page has a view on screen, be it one of several."""
    pages = Pages()
    assert not pages.hello("one", looks=True, begins=True, can_interrupt=True)
    assert pages.hello("two", looks=True, begins=True, can_interrupt=True), "one has to be asked"
    assert not pages.hello("one", looks=True, begins=False, can_interrupt=True)
    assert not pages.hello("two", looks=False, begins=False, can_interrupt=True)
    assert pages.pace == "full"
    pages.hello("one", looks=False, begins=False, can_interrupt=True)
    assert pages.pace == "stopped"
    pages.hello("two", looks=True, begins=False, can_interrupt=True)
    assert pages.pace == "full"


def test_a_page_that_went_without_a_word_is_not_waited_for() -> None:
    """After a reload only the new page counts: the old one does not answer the roll."""
    pages = Pages()
    pages.hello("old", looks=True, begins=True, can_interrupt=True)
    assert pages.hello("new", looks=True, begins=True, can_interrupt=True)
    pages.hello("new", looks=False, begins=False, can_interrupt=True)
    assert pages.pace == "stopped"


def test_slowly_where_a_word_waits_for_the_running_cell() -> None:
    """A page whose word comes in on the cells' own thread could not say in time that it looks again."""
    pages = Pages()
    pages.hello("one", looks=True, begins=True, can_interrupt=False)
    assert pages.pace == "full"
    pages.hello("one", looks=False, begins=False, can_interrupt=False)
    assert pages.pace == "slow"
