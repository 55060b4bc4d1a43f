"""The timeline under a mouse and a wheel, in a real page: what depends on where things are on screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.benchmarks.front_end import bundle_of

PAGE = Path(__file__).parent / "timeline_page.ts"


@pytest.fixture(scope="module")
def script() -> str:
    """The page's script."""
    return bundle_of(PAGE)


@pytest.fixture
def timeline(page: Page, script: str) -> Page:
    """A page of 960 px on which a test mounts a run."""
    page.set_viewport_size({"width": 992, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.set_content("<!doctype html><body style='margin: 16px'><main></main></body>")
    page.add_script_tag(content=script)
    return page


def box(of: Locator) -> FloatRect:
    """Where an element is."""
    found = of.bounding_box()
    assert found is not None
    return found


def grid(page: Page) -> Locator:
    return page.get_by_role("treegrid", name="Actions of the run")


def row(page: Page, name: str) -> Locator:
    return grid(page).get_by_role("row", name=f"{name},")


def hover_plot(page: Page, name: str, share: float = 0.5) -> None:
    """Point at a row's bar, `share` of the way across the plot."""
    canvas, label = box(page.locator(".fw-tl-plot")), box(row(page, name))
    page.mouse.move(canvas["x"] + canvas["width"] * share, label["y"] + label["height"] / 2)


def is_live(page: Page, pressed: bool) -> None:
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", str(pressed).lower())


@pytest.mark.parametrize("scrolled_px", [0, 110, 400])
def test_row_under_the_pointer_stays_still_while_rows_arrive_above(timeline: Page, scrolled_px: int) -> None:
    """Rows come under the first stage, above: what is pointed at stays where it is, wherever the list is scrolled."""
    timeline.evaluate("timeline.stages(60)")
    grid(timeline).evaluate("(grid, px) => { grid.scrollTop = px; }", scrolled_px)
    name = f"step_{scrolled_px // 22 + 2}"
    hover_plot(timeline, name)
    expect(timeline.locator(".fw-tl-tip")).to_contain_text(name)
    before = box(row(timeline, name))
    rows = 63
    # A fold of more than three of a name would hide them: they have names of their own.
    for count in (1, 3, 8):
        timeline.evaluate("(count) => timeline.come(count)", count)
        rows += count
        expect(grid(timeline)).to_have_attribute("aria-rowcount", str(rows))
        assert box(row(timeline, name)) == before
    assert grid(timeline).evaluate("(grid) => grid.scrollTop") == scrolled_px + 12 * 22
    expect(timeline.locator(".fw-tl-tip")).to_contain_text(name)


def test_rows_at_the_top_stay_still_without_a_pointer(timeline: Page) -> None:
    """A reader who has scrolled, and whose pointer is elsewhere, goes on reading the same rows."""
    timeline.evaluate("timeline.stages(60)")
    grid(timeline).evaluate("(grid) => { grid.scrollTop = 440; }")
    before = box(row(timeline, "step_20"))
    timeline.evaluate("timeline.come(5)")
    expect(grid(timeline)).to_have_attribute("aria-rowcount", "68")
    assert box(row(timeline, "step_20")) == before


def show_a_failure_far_below(timeline: Page) -> None:
    """N scrolls there, smoothly."""
    timeline.emulate_media(reduced_motion="no-preference")
    timeline.evaluate("timeline.stages(300, true)")
    grid(timeline).focus()


def test_a_smooth_scroll_arrives_although_rows_come_meanwhile(timeline: Page) -> None:
    """N goes to a failure far below; what comes in above on the way moves the goal, and does not end the scroll."""
    show_a_failure_far_below(timeline)
    grid(timeline).evaluate("(grid) => { grid.scrollTop = 22; }")
    timeline.keyboard.press("n")
    for _ in range(4):
        timeline.evaluate("timeline.come(10)")
    expect(timeline.locator(".fw-tl-focus")).to_have_attribute("aria-label", re.compile("^step_299, failed"))


def test_the_end_of_an_earlier_scroll_does_not_end_a_smooth_one(timeline: Page) -> None:
    """The browser tells of an end a frame later: by then N may have begun to scroll."""
    show_a_failure_far_below(timeline)
    timeline.keyboard.press("n")
    grid(timeline).evaluate("(grid) => grid.dispatchEvent(new Event('scrollend'))")
    timeline.evaluate("timeline.come(10)")
    expect(timeline.locator(".fw-tl-focus")).to_have_attribute("aria-label", re.compile("^step_299, failed"))


def test_who_scrolls_meanwhile_is_not_taken_along(timeline: Page) -> None:
    """The wheel ends a smooth scroll for good: rows that come do not bring it back."""
    show_a_failure_far_below(timeline)
    grid(timeline).evaluate("""(grid) => new Promise((done) => {
      grid.addEventListener("scrollend", done, { once: true });
      grid.dispatchEvent(new KeyboardEvent("keydown", { key: "n" }));
      grid.dispatchEvent(new WheelEvent("wheel"));
      grid.scrollTop = 44;
    })""")
    timeline.evaluate("timeline.come(10)")
    timeline.wait_for_timeout(1_000)
    assert grid(timeline).evaluate("(grid) => grid.scrollTop") <= 44 + 10 * 22


def test_a_click_on_the_chevron_folds_and_one_on_the_name_opens_the_details(timeline: Page) -> None:
    """The chevron is drawn by the row itself: a click counts by where it is."""
    timeline.evaluate("timeline.stages(3)")
    second = row(timeline, "second")
    expect(second).to_have_attribute("aria-expanded", "true")
    second.click(position={"x": 8 + 14 + 7, "y": 11})
    expect(second).to_have_attribute("aria-expanded", "false")
    expect(row(timeline, "step_0")).to_have_count(0)
    second.click(position={"x": 8 + 14 + 7, "y": 11})
    expect(row(timeline, "step_0")).to_be_visible()
    expect(second).not_to_have_attribute("aria-selected", "true")
    second.click(position={"x": 80, "y": 11})
    expect(second).to_have_attribute("aria-selected", "true")
    expect(timeline.get_by_role("region", name="Details of")).to_be_visible()


def test_wheel_scrolls_zooms_and_pans(timeline: Page) -> None:
    """Plain it scrolls the rows; with Ctrl it zooms at the pointer; with Shift, and sideways, it pans."""
    timeline.evaluate("timeline.stages(60)")
    hover_plot(timeline, "second", 0.2)
    timeline.mouse.wheel(0, 88)
    timeline.wait_for_function(
        "document.querySelector('.flyte-widgets').shadowRoot.querySelector('[role=treegrid]').scrollTop === 88"
    )
    is_live(timeline, True)
    timeline.keyboard.down("Control")
    timeline.mouse.wheel(0, -100)
    timeline.keyboard.up("Control")
    is_live(timeline, False)  # it is looked at, not followed
    grid(timeline).focus()
    timeline.keyboard.press("0")
    is_live(timeline, True)
    timeline.keyboard.press("+")
    is_live(timeline, True)  # nearer, and still at now
    timeline.keyboard.down("Shift")
    timeline.mouse.wheel(0, -60)
    timeline.keyboard.up("Shift")
    is_live(timeline, False)
    timeline.get_by_role("button", name="Live").click()
    is_live(timeline, True)
    hover_plot(timeline, "step_4", 0.5)
    timeline.mouse.wheel(-60, 0)
    is_live(timeline, False)


def test_a_drag_pans_and_opens_nothing(timeline: Page) -> None:
    """A drag in the plot moves the time, one in the overview the box; neither is a click on a row."""
    timeline.evaluate("timeline.stages(6)")
    grid(timeline).focus()
    timeline.keyboard.press("+")
    hover_plot(timeline, "step_1", 0.5)
    timeline.mouse.down()
    hover_plot(timeline, "step_1", 0.7)
    timeline.mouse.up()
    is_live(timeline, False)
    expect(grid(timeline).locator("[aria-selected=true]")).to_have_count(0)
    timeline.get_by_role("button", name="Live").click()
    overview = box(timeline.locator(".fw-tl-overview"))
    timeline.mouse.move(overview["x"] + overview["width"] * 0.8, overview["y"] + 12)
    timeline.mouse.down()
    timeline.mouse.move(overview["x"] + overview["width"] * 0.3, overview["y"] + 12)
    timeline.mouse.up()
    is_live(timeline, False)


def test_tooltip_tells_every_phase_of_the_attempt_under_the_pointer(timeline: Page) -> None:
    """Each attempt of a retried action has its own phases, with their durations and how it ended."""
    timeline.evaluate("timeline.running()")
    tip = timeline.locator(".fw-tl-tip")
    hover_plot(timeline, "train_model", 0.5)
    for text in (
        "train_model",
        "attempt 1",
        "Queued",
        "Waiting for resources",
        "Initializing",
        "Running",
        "end inferred",
    ):
        expect(tip).to_contain_text(text)
    lines = tip.locator(".fw-tl-tip-line").all_inner_texts()
    assert len(lines) == 4
    assert all(line.rstrip()[-1] == "s" and any(letter.isdigit() for letter in line) for line in lines)
    hover_plot(timeline, "train_model", 0.85)
    expect(tip).to_contain_text("attempt 2")
    expect(tip).to_contain_text("still open")


@pytest.mark.parametrize("kind", ["stages", "folds"])
def test_rows_are_a_hundred_elements_at_most(timeline: Page, kind: str) -> None:
    """However many rows there are and whatever they tell, scrolled between two rows so that nine are seen."""
    timeline.evaluate(f"timeline.{kind}(200)")
    grid(timeline).evaluate("(grid) => { grid.scrollTop = 1111; }")
    expect(grid(timeline).locator("[aria-rowindex='51']")).to_be_visible()
    assert grid(timeline).locator("[role=row]:visible").count() == 9
    assert grid(timeline).locator("*").count() <= 100


def test_a_press_that_ends_outside_of_the_rows_is_no_drag_later(timeline: Page) -> None:
    """Pressed on a bar and let go below the rows at once: the pointer that comes back without a button pans nothing."""
    timeline.evaluate("timeline.stages(6)")
    grid(timeline).focus()
    timeline.keyboard.press("+")
    hover_plot(timeline, "step_1", 0.5)
    timeline.mouse.down()
    rows = box(grid(timeline))
    timeline.mouse.move(rows["x"] + rows["width"] * 0.5, rows["y"] + rows["height"] + 40)
    timeline.mouse.up()
    hover_plot(timeline, "step_1", 0.8)
    expect(timeline.locator(".fw-tl-tip")).to_contain_text("step_1")
    is_live(timeline, True)


def test_rows_stay_where_they_were_scrolled_to_when_a_host_takes_them_away_and_back(timeline: Page) -> None:
    """A notebook's collapsed output is taken out of the page: shown again, its rows are those of the scroll bar."""
    timeline.evaluate("timeline.stages(60)")
    grid(timeline).evaluate("(grid) => { grid.scrollTop = 440; }")
    before = box(row(timeline, "step_20"))
    timeline.evaluate(
        """async () => {
          const view = document.querySelector("main").firstElementChild;
          const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          view.remove();
          await frames();
          document.querySelector("main").append(view);
          await frames();
        }"""
    )
    assert grid(timeline).evaluate("(grid) => grid.scrollTop") == 440
    assert box(row(timeline, "step_20")) == before


def test_overview_and_axis_stay_where_nothing_matches(timeline: Page) -> None:
    """A search without a match hides the rows; when the run was, and how busy, is still to be seen."""
    timeline.evaluate("timeline.stages(6)")
    timeline.get_by_role("searchbox").fill("nothing of this name")
    expect(timeline.locator(".fw-tl-note")).to_have_text("No action matches.")
    for name in ("overview", "axis"):
        drawn = timeline.locator(f".fw-tl-{name}").evaluate(
            """(canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return data.some((value) => value > 0);
            }"""
        )
        assert drawn, name
