"""Every state of the widget, without a kernel: nothing is cut, covered, too small or unnamed, whatever the width
and theme.

`make test` looks at each state in three of the eighteen settings, each theme once; `make gallery` at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery import Gallery

TOP = """
- text: Running
- strong: etl.pipeline
- text: r4p2bdpt7f
- button "Copy the line that shows this run"
- link "Open in the Flyte console"
- text: 1m 42s live
- button "Abort"
- img "36 succeeded, 1 failed, 12 running, 1 waiting for resources"
- strong: "37"
- text: of 50 actions done 12 running
- button "1 failed"
- button "1 attempt failed"
"""
DIAGRAM = """
- button "State diagram" [expanded]
- group "What the diagram shows":
  - button "All actions" [pressed]
  - button "train_model"
- 'document "States of all actions. Now: Running"':
  - group "Active execution":
    - button "Queued, 0 actions"
    - button "Waiting for resources, 1 action, the longest for 47 seconds"
    - button "Initializing, 0 actions"
    - button "Running, current, 12 actions, the longest for 1 minute 28 seconds"
    - button "Paused, not reached"
  - group "Terminal states":
    - button "Succeeded, 36 actions"
    - button "Failed, 1 action"
    - button "Aborted, not reached"
    - button "Timed out, not reached"
    - button "Recovered, not reached"
- table "States":
  - rowgroup:
    - row "Running 12 1 minute 28 seconds current"
"""
GRID = """
- treegrid "Actions of the run":
  - row "etl.pipeline, running, 1 m 42 s" [expanded] [level=1]
  - row "prepare, 4 actions, 4 succeeded" [level=2]
  - row "square, 40 actions, 32 succeeded, 7 running, 1 failed" [level=2]
  - row "train_model, running, 1 m 01 s, attempt 2" [expanded] [level=2] [selected]
  - row "fold_0, running, 21 s" [level=3]
  - row "fold_1, running, 21 s" [level=3]
  - row "embed_corpus, running, 1 m 00 s" [level=2]
  - row "gpu_eval, waiting for resources, 48 s" [level=2]
"""
FAILURE = """
- region "Details of train_model":
  - button "Maximise"
  - link "Open in the Flyte console"
  - button "Close the details"
  - group "Attempts":
    - button /Attempt 2 · failed/ [expanded]
    - button /Attempt 1 · end inferred/
  - tablist "Details":
    - tab "Error" [selected]
    - tab "Events 5"
    - tab "Links 2"
  - tabpanel "Error":
    - button "Copy the error"
    - group "Error text"
"""

CUT_WORDS_JS = """() => {
  const states = document.querySelector("main > *").shadowRoot.querySelectorAll(".fw-state");
  return [...states].flatMap((state) => [...state.querySelectorAll(".fw-state-label, .fw-state-second")])
    .filter((words) => {
      const range = document.createRange();
      range.selectNodeContents(words);
      return range.getBoundingClientRect().width > words.getBoundingClientRect().width + 0.01;
    })
    .map((words) => words.textContent);
}"""

THEMES = ("light", "dark", "contrast")
WIDTHS_PX = (960, 320, 1600, 560, 640, 550)


@pytest.fixture(scope="module")
def gallery(browser: Browser) -> Iterator[Gallery]:
    """One page for all tests here: states are switched in place."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    gallery = Gallery(context.new_page())
    yield gallery
    gallery.close()
    context.close()


def looked_at(gallery: Gallery, settings: list[tuple[str, str, int]]) -> list[str]:
    """All that is wrong in these settings."""
    wrong: list[str] = []
    for state, theme, width in settings:
        said = len(gallery.said)
        gallery.show(state, theme, width)
        found = [*gallery.faults(), *gallery.violations(), *gallery.unnamed(), *gallery.said[said:]]
        wrong += [f"{state}, {theme}, {width} px: {fault}" for fault in found]
    return wrong


@pytest.mark.parametrize("theme", THEMES)
def test_states_stand_in_every_theme(gallery: Gallery, theme: str) -> None:
    """Each state in each theme, in one width each, so that every width has its share of states.

    boxes.js, axe-core, the accessibility tree and the console have nothing to say of it.
    """
    first = THEMES.index(theme)
    settings = [(state, theme, WIDTHS_PX[(i + first) % len(WIDTHS_PX)]) for i, state in enumerate(gallery.states)]
    assert looked_at(gallery, settings) == []


@pytest.mark.long
@pytest.mark.parametrize("width", WIDTHS_PX)
@pytest.mark.parametrize("theme", THEMES)
def test_states_stand_in_all_settings(gallery: Gallery, theme: str, width: int) -> None:
    """As above: every state in each of the eighteen settings."""
    assert looked_at(gallery, [(state, theme, width) for state in gallery.states]) == []


def test_nothing_is_asked_of_another_host(gallery: Gallery) -> None:
    """No state loads anything but the page and its scripts: no font, no picture, no telemetry."""
    gallery.show("failed-details")
    asked = {url.removeprefix(gallery.base) for url in gallery.asked}
    assert {"/index.html", "/gallery.js", "/widget.js"} <= asked
    # The rest are parts of the module, which come from beside it.
    assert [url for url in asked if not re.fullmatch(r"/[\w.-]+\.(js|html)", url)] == []


@pytest.mark.parametrize("state", ["running", "reconnecting", "failed"])
def test_header_and_root_row_tell_the_same_time(gallery: Gallery, state: str) -> None:
    """The header's elapsed time is that of the root's row, live, while nothing is heard, and at the end."""
    gallery.show(state)
    elapsed = gallery.page.locator(".fw-elapsed").inner_text()
    assert gallery.page.get_by_role("treegrid").get_by_role("row").first.locator(".fw-tl-right").inner_text() == elapsed


@pytest.mark.parametrize("font", ["DejaVu Sans", "Liberation Sans"])
def test_words_of_states_fit_in_any_width(gallery: Gallery, font: str) -> None:
    """In both readings: a wide font, a bold current state and many actions get shorter or smaller words, not cut ones.

    The whole is in the button's name, and in a title where it was shortened.
    """
    cut: list[str] = []
    for state in ("confirm-names", "ten-thousand", "recorded-timed-out", "recorded-unknown-phase"):
        for width in (270, 320, 640, 660, 720, 840, 866, 880, 900, 960):
            gallery.show(state, width=width, fonts=font)
            if width <= 320:
                gallery.page.get_by_role("button", name="State diagram", expanded=False).click()
            for reading in gallery.page.locator(".fw-reading-choice:enabled").all():
                reading.click()
                cut += [f"{state}, {width} px: {words}" for words in gallery.page.evaluate(CUT_WORDS_JS)]
    assert cut == []
    gallery.show("running", width=640, fonts="DejaVu Sans")
    succeeded = gallery.page.get_by_role("button", name="Succeeded, 36 actions")
    expect(succeeded.get_by_title("Succeeded", exact=True)).to_have_text("Success")
    gallery.show("succeeded", width=866)
    expect(gallery.page.locator(".fw-state.is-retried .fw-state-second")).to_have_text("1 attempt")


@pytest.mark.parametrize("width", [320, 300, 270])
@pytest.mark.parametrize("state", ["unfolded", "unfolded-all", "local"])
def test_a_narrow_diagram_is_whole(gallery: Gallery, state: str, width: int) -> None:
    """The column of states is as narrow as its container: none of it is beyond the edge that cuts it."""
    gallery.show(state, width=width)
    assert gallery.faults() == []
    diagram, drawing = (
        gallery.page.locator(name).evaluate("(el) => el.getBoundingClientRect().right")
        for name in (".fw-diagram", ".fw-drawing-area")
    )
    assert drawing <= diagram


@pytest.mark.parametrize("state", ["runs-opened", "rerun-other"])
def test_a_run_within_a_view_is_as_wide_as_that(gallery: Gallery, state: str) -> None:
    """The frames lie on each other: nothing of the inner one is beyond the edge that cuts it."""
    gallery.show(state, width=320)
    *_, outer, inner = (box for box in (frame.bounding_box() for frame in gallery.page.locator(".fw").all()) if box)
    assert (outer["x"], outer["width"]) == (inner["x"], inner["width"])


def test_a_name_that_is_cut_is_whole_in_the_tooltip(gallery: Gallery) -> None:
    """At 320 px a long name ends in an ellipsis; the row's accessible name and the tooltip have all of it."""
    gallery.show("running", width=320)
    row = gallery.page.get_by_role("row", name="embed_corpus, running")
    row.hover()
    expect(gallery.page.locator(".fw-tl-tip")).to_contain_text("embed_corpus")


def test_enter_brings_the_row_of_its_details_into_sight(gallery: Gallery) -> None:
    """Python selected an action further down: with its details, its row is to be seen, too."""
    gallery.show("recorded-paused")
    expect(gallery.page.get_by_role("row", name=re.compile("^approve_release, needs an answer"))).to_be_in_viewport()


def test_accessibility_tree_of_a_running_run(gallery: Gallery) -> None:
    """What a screen reader is told: names and roles of the header, the diagram and the timeline."""
    gallery.show("running")
    widget = gallery.page.get_by_role("region", name="Flyte run r4p2bdpt7f")
    expect(widget.locator(".fw-top-band")).to_match_aria_snapshot(TOP)
    expect(widget.locator(".fw-diagram-band")).to_match_aria_snapshot(DIAGRAM)
    expect(widget.get_by_role("treegrid")).to_match_aria_snapshot(GRID)


def test_accessibility_tree_of_a_failure(gallery: Gallery) -> None:
    """The details of a failed action are a region with its name, with tabs, and the error's text in a named group."""
    gallery.show("failed-details")
    details = gallery.page.get_by_role("region", name="Details of train_model")
    expect(details).to_match_aria_snapshot(FAILURE)


def test_trouble_is_told_to_a_screen_reader(gallery: Gallery) -> None:
    """Own errors are alerts, errors of the backend are named regions, the confirm is a named group with the focus."""
    gallery.show("own-error")
    expect(gallery.page.get_by_role("alert")).to_contain_text("raised ValueError")
    gallery.show("reconnecting")
    expect(
        gallery.page.get_by_role("region", name="Connection to the backend").filter(has_text="does not answer")
    ).to_be_visible()
    gallery.show("recorded-older-than-kept")
    expect(gallery.page.get_by_role("region", name="No history")).to_contain_text("or were never recorded")
    gallery.show("recorded-failed")
    expect(gallery.page.get_by_text("No history")).to_have_count(0)
    gallery.show("abort-confirm")
    confirm = gallery.page.get_by_role("group", name="Confirm the abort")
    expect(confirm.get_by_role("textbox", name="Reason for the abort, optional")).to_be_focused()


def test_a_page_from_right_to_left_leaves_the_widget_as_it_is(gallery: Gallery) -> None:
    """Its words and its time go from left to right: a click meets the row under the pointer, a count is not torn."""
    gallery.page.evaluate("document.documentElement.dir = 'rtl'")
    try:
        gallery.show("failed")
        row = gallery.page.get_by_role("row", name="gpu_eval, aborted")
        row.get_by_text("gpu_eval", exact=True).click()
        expect(gallery.page.get_by_role("region", name="Details of gpu_eval")).to_be_visible()
        count, rest = (
            gallery.page.locator(".fw-counts").get_by_text(text, exact=True).bounding_box()
            for text in ("50", "44 succeeded")
        )
        assert count is not None
        assert rest is not None
        assert count["x"] < rest["x"]
    finally:
        gallery.page.evaluate("document.documentElement.dir = 'ltr'")


def test_a_click_on_the_words_of_a_choice_chooses_it(gallery: Gallery) -> None:
    """By a real mouse, also where the host answers the press by focusing an element of its own, as JupyterLab does."""
    gallery.show("failed")
    page = gallery.page
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.tabIndex = 0;
          window.takeFocus = () => main.focus();
          main.addEventListener("mousedown", window.takeFocus, true);
        }"""
    )
    try:
        page.get_by_role("button", name="View: order").click()
        page.get_by_text("Longest first", exact=True).click()
        expect(page.get_by_role("radio", name="Longest first")).to_be_checked()
        page.get_by_text("Squeeze idle", exact=False).or_(page.get_by_text("No long idle")).first.hover()
        page.mouse.click(4, 4)
        expect(page.get_by_role("radio", name="Longest first")).to_be_hidden()
    finally:
        page.evaluate("document.querySelector('main').removeEventListener('mousedown', window.takeFocus, true)")
