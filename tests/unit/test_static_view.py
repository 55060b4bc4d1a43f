"""The static view, from values: what it tells, what it never does, how large it gets."""

from __future__ import annotations

import base64
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import bleach
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import clean_html

from flyte_widgets.phases import ActionPhase
from flyte_widgets.run.timeline import Segment, SegmentFlag
from flyte_widgets.widgets.static_view.axis import Axis
from flyte_widgets.widgets.static_view.colours import LIGHT
from flyte_widgets.widgets.static_view.drawings import diagram_svg, strip_svg, timeline_svg, whole_svg
from flyte_widgets.widgets.static_view.html import page, static_view_html
from flyte_widgets.widgets.static_view.model import Failure, KeptReport, KnownAction, Reports, Snapshot
from flyte_widgets.widgets.static_view.paths import path_of
from flyte_widgets.widgets.static_view.report_frame import without_scripts
from flyte_widgets.widgets.static_view.rows import MOST_ROWS, choose_rows, rows_of
from flyte_widgets.widgets.static_view.text import static_view_text

P = ActionPhase
JS = Path(__file__).parents[2] / "js"
SIZE_LIMIT = 60_000
SVG = "{http://www.w3.org/2000/svg}"
START_MS = 1_800_000_000_000.0

#: As documented for html-pipeline, which GitHub uses: no style, no id, no class, images only from the web.
GITHUB_TAGS = "h1 h2 h3 h4 br b i strong em a pre code img tt div ins del sup sub p ol ul table thead tbody tfoot"
GITHUB_TAGS += " blockquote dl dt dd kbd q samp var hr li tr td th s strike summary details abbr small span mark"
GITHUB_ATTRIBUTES = {"*": ["align", "alt", "width", "height", "title", "colspan", "valign"], "a": ["href"]}


def action(
    id_: str, phase: ActionPhase = P.SUCCEEDED, at_s: float = 0, for_s: float = 60, **more: object
) -> KnownAction:
    """An action that queued, ran and ended."""
    start_ms, end_ms = START_MS + at_s * 1000, START_MS + (at_s + for_s) * 1000
    run_ms = start_ms + (end_ms - start_ms) / 4
    segments = (
        Segment(1, P.QUEUED, start_ms, run_ms),
        Segment(1, P.RUNNING, run_ms, end_ms if phase.is_terminal else None),
        *([Segment(1, phase, end_ms, end_ms)] if phase.is_terminal else []),
    )
    ended_ms = end_ms if phase.is_terminal else None
    known = KnownAction(id_, id_, "", 0 if id_ != "a0" else -1, phase, start_ms, ended_ms, 1, segments)
    return known._replace(**more)  # type: ignore[arg-type]


def failed_run(*children: KnownAction, **more: object) -> Snapshot:
    """A run that failed because of a child."""
    actions = (action("a0", P.FAILED, for_s=246, name="etl.pipeline"), *children)
    counts: dict[ActionPhase, int] = {}
    for known in actions:
        assert known.phase is not None
        counts[known.phase] = counts.get(known.phase, 0) + 1
    values: dict[str, object] = {
        "run_name": "r4p2bdpt7f",
        "reference": 'RunWidget("r4p2bdpt7f")',
        "version": "0.1.0",
        "now_ms": START_MS + 300_000,
        "task_name": "etl.pipeline",
        "phase": P.FAILED,
        "attempt": 2,
        "started_ms": START_MS,
        "ended_ms": START_MS + 246_000,
        "counts": counts,
        "actions": actions,
        "failure": Failure("train_model", "a44", 2, "user", "OutOfMemoryError: CUDA out of memory."),
        "console_url": "https://flyte.example.com/v2/runs/r4p2bdpt7f",
    }
    return Snapshot(**{**values, **more})  # type: ignore[arg-type]


def timeline_of(run: Snapshot) -> str:
    return timeline_svg(run, choose_rows(rows_of(run.actions)))


FAILED = failed_run(action("a1", P.FAILED, 10, 50, name="train_model"), action("a2", P.ABORTED, 20, 30))
TOLD = ("Failed", "etl.pipeline", "r4p2bdpt7f", "4m 06s", "3 of 3 actions done", "2 failed", "1 aborted", "user error")


class Parsed(HTMLParser):
    """What a browser would see of HTML: words, elements, attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def drawings(self) -> list[ET.Element]:
        """The SVG of each image."""
        sources = [attributes["src"] for tag, attributes in self.elements if tag == "img"]
        assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
        return [ET.fromstring(base64.b64decode(source.partition(",")[2])) for source in sources]


def test_words_tell_it_all_without_a_drawing() -> None:
    """Name, phase, counts, error and duration stand in the words of the HTML and in the text, in a telling order."""
    for text in (Parsed(static_view_html(FAILED)).words, static_view_text(FAILED)):
        assert all(
            word in text for word in (*TOLD, "OutOfMemoryError: CUDA out of memory.", "train_model", "attempt 2")
        )
        assert text.index("Failed") < text.index("4m 06s") < text.index("3 of 3") < text.index("OutOfMemory")
        assert 'RunWidget("r4p2bdpt7f")' in text
    # A kernel picked as "Jupyter Kernel…" finds no script there: running the cell again would not help.
    assert (
        "VS Code still shows no more than this, pick the Python environment" in Parsed(static_view_html(FAILED)).words
    )


def test_words_survive_every_sanitiser() -> None:
    """After nbconvert's sanitiser, and after rules as GitHub's, the words are whole, and no style is shown as text."""
    html = static_view_html(FAILED, "fw-static-view-1")
    github = bleach.clean(html, tags=set(GITHUB_TAGS.split()), attributes=GITHUB_ATTRIBUTES, strip=True)
    for cleaned in (github, clean_html(html)):
        words = Parsed(cleaned).words
        assert all(word in words for word in (*TOLD, "OutOfMemoryError: CUDA out of memory."))
        assert "font-family" not in words
        assert "<style" not in cleaned
        assert "color-scheme" not in words


def test_a_style_sheet_reaches_the_drawings_only() -> None:
    """It is in its own address, and its rules are for the images below the static view's id."""
    links = [a for tag, a in Parsed(static_view_html(FAILED, "fw-static-view-1")).elements if tag == "link"]
    assert [a["rel"] for a in links] == ["stylesheet"]
    rules = base64.b64decode(links[0]["href"].removeprefix("data:text/css;base64,")).decode()
    selectors = [selector for rule in rules.split("}") if rule for selector in rule.partition("{")[0].split(",")]
    assert all(re.fullmatch(r"\[data-[a-z-]+=[a-z-]+\] #fw-static-view-1 img", selector) for selector in selectors)
    assert {rule.partition("{")[2] for rule in rules.split("}") if rule} == {"color-scheme:dark", "color-scheme:light"}
    assert "<link" not in static_view_html(FAILED, "x{}*")


def test_html_brings_nothing_that_acts() -> None:
    """No script, style sheet, class, frame or event; no address but the console's and the drawings'."""
    parsed = Parsed(page(FAILED))
    tags = "html head meta title body div span strong code pre a img"
    assert {tag for tag, _ in parsed.elements} <= set(tags.split())
    allowed = "style lang charset name content src alt width height href target rel"
    names = {name for _, attributes in parsed.elements for name in attributes}
    assert names <= set(allowed.split())
    assert [a["href"] for tag, a in parsed.elements if tag == "a"] == [FAILED.console_url]
    for drawing in parsed.drawings():
        tags = {element.tag.removeprefix(SVG) for element in drawing.iter()}
        assert tags <= {"svg", "title", "style", "rect", "path", "g", "text", "tspan", "circle", "defs", "pattern"}
        assert not [
            name for element in drawing.iter() for name in element.attrib if name.startswith("on") or "href" in name
        ]


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;]]></svg></pre></style>\u202e"


def test_hostile_text_is_only_text() -> None:
    """Markup in names, groups, errors, reasons and addresses comes out as the same characters, and makes no element."""
    child = action("a1", P.FAILED, name=HOSTILE, group=HOSTILE)
    failure = Failure(HOSTILE, HOSTILE, 2, HOSTILE, HOSTILE * 3)
    run = failed_run(
        child,
        task_name=HOSTILE,
        run_name=HOSTILE,
        reference=HOSTILE,
        failure=failure,
        abort_reason=HOSTILE,
        trouble=HOSTILE,
        console_url="javascript:alert(1)",
    )
    harmless = failed_run(
        child._replace(name="x", group="x"),
        failure=Failure("x", "x", 2, "x", "x"),
        abort_reason="x",
        trouble="x",
        console_url="",
    )
    hostile = Parsed(page(run))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in Parsed(page(harmless)).elements]
    assert hostile.words.count("<script>alert(1)</script>") >= 8
    drawings = [*hostile.drawings(), ET.fromstring(whole_svg(run))]
    assert not [e for drawing in drawings for e in drawing.iter() if e.tag.removeprefix(SVG) in ("script", "img")]


REPORT = "<html><style>p{color:red}</style><p onclick='x()'>drawn</p><SCRIPT src=x>steal('</p>')</SCRIPT ><p>after"


def test_a_kept_report_is_a_frame_within_a_frame_that_allow_nothing() -> None:
    """Both are sandboxed, the outer page forbids all but styles and inline images, and no script is left."""
    reports = Reports((KeptReport(HOSTILE, "a1", 2, without_scripts(REPORT)),), "3 reports not kept")
    parsed = Parsed(static_view_html(replace(FAILED, reports=reports)))
    assert "<script>alert(1)</script>" in parsed.words
    assert "3 reports not kept" in parsed.words
    page = ""
    for _ in range(2):
        (frame,) = [attributes for tag, attributes in parsed.elements if tag == "iframe"]
        assert frame["sandbox"] == ""
        page = frame["srcdoc"]
        parsed = Parsed(page)
        policies = [it["content"] for tag, it in parsed.elements if it.get("http-equiv") == "Content-Security-Policy"]
        if policies:
            assert policies[0].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
            assert "script" not in policies[0]
    assert "drawn</p><!----><p>after" in page
    assert "iframe" not in static_view_html(FAILED)


@given(st.lists(st.sampled_from(["<script>", "</script>", "<script", "<scr", "ipt", ">", "a", "<SCRIPT/x>", " "])))
def test_no_script_survives_however_it_is_written(pieces: list[str]) -> None:
    assert not re.search(r"<script[\s/>]", without_scripts("".join(pieces)), re.IGNORECASE)


@settings(max_examples=60)
@given(st.text(), st.text(), st.sampled_from(list(P)))
def test_any_name_makes_a_valid_drawing(name: str, message: str, phase: ActionPhase) -> None:
    """Whatever characters a name or an error has, every drawing is well-formed XML and the page is UTF-8."""
    run = failed_run(action("a1", phase, name=name), task_name=name, failure=Failure(name, "a1", 1, "", message))
    page(run).encode()
    for drawing in (*Parsed(page(run)).drawings(), ET.fromstring(whole_svg(run))):
        assert drawing.tag == SVG + "svg"


def test_size_is_bounded() -> None:
    """A run of 5,000 actions, in many folds, with many attempts and a huge error, stays under 60 kB, and says so."""
    flapping = tuple(
        Segment(n // 4, (P.QUEUED, P.RUNNING, P.PAUSED, P.RUNNING)[n % 4], START_MS + n * 100, START_MS + n * 100 + 100)
        for n in range(2_000)
    )
    many = [action(f"b{n}", P.SUCCEEDED, n % 200, 1 + n % 37, name=f"task-{n % 30}") for n in range(5_000)]
    crazy = [action(f"c{n}", P.FAILED, segments=flapping) for n in range(3)]
    run = failed_run(*crazy, *many, failure=Failure("x" * 5_000, "a1", 1, "user", "E: line\n" * 100_000))
    html = static_view_html(run)
    assert len(html) < SIZE_LIMIT
    assert "(cut)" in html
    assert len(static_view_text(run)) < 2_000
    assert len(whole_svg(run)) < SIZE_LIMIT
    assert "and 20 rows more" in timeline_of(run)


def test_rows_fold_as_in_the_live_timeline() -> None:
    """From four siblings of one name on, and for every group, there is one row; three of a name stay apart."""
    shards = [action(f"s{n}", name="square") for n in range(4)]
    tries = [action(f"t{n}", name="try") for n in range(3)]
    grouped = [action("g1", name="load", group="inputs")]
    below = action("d1", name="deep", parent=1)
    rows = rows_of([action("a0"), *shards, *tries, *grouped, below])
    assert [(row.label, row.level, len(row.members)) for row in rows] == [
        ("a0", 0, 1),
        ("square", 1, 4),
        ("try", 1, 1),
        ("try", 1, 1),
        ("try", 1, 1),
        ("inputs", 1, 1),
        ("load", 2, 1),
    ]


def test_rows_of_bad_data_end() -> None:
    """Circles, unknown parents and an action that is its own parent: every action is in a row, once."""
    circle = [action("a0"), action("x", parent=2), action("y", parent=1), action("z", parent=3), action("w", parent=99)]
    tail = [action(f"t{n}", parent=1 + n % 2) for n in range(3)]
    assert sorted(member.id for row in rows_of([*circle, *tail]) for member in row.members) == sorted(
        known.id for known in [*circle, *tail]
    )


def test_rows_that_tell_most_are_kept() -> None:
    """Of too many rows the root, the failures and the longest stay, in their order."""
    actions = [action("a0"), *(action(f"x{n}", at_s=n, for_s=n + 1) for n in range(40)), action("bad", P.FAILED, 1, 1)]
    rows, left_out = choose_rows(rows_of(actions))
    assert (len(rows), left_out) == (MOST_ROWS, 42 - MOST_ROWS)
    assert [row.label for row in rows] == ["a0", *(f"x{n}" for n in range(28, 40)), "bad"]


def test_what_was_not_read_is_not_claimed() -> None:
    """An action of which only the status is known has no path and no transitions, and one bar in its phase's colour."""
    bar = Segment(1, P.FAILED, START_MS, START_MS + 60_000, SegmentFlag.STATUS_ONLY)
    unread = action("a0", P.FAILED, segments=(bar,))
    path = path_of(unread, START_MS)
    assert (dict(path.visits), path.spent_ms, path.edges) == ({P.FAILED: 1}, {}, {})
    run = failed_run(actions=(unread,), counts={P.FAILED: 1})
    assert "s fg2" not in diagram_svg(run).partition("</style>")[2]
    assert timeline_of(run).partition("</style>")[2].count('<rect x="112"') == 1


def test_a_run_that_goes_on_says_only_what_was_seen() -> None:
    """Without an end it reads "Last seen running", and open bars end at a dashed line."""
    running = action("a0", P.RUNNING, name="etl.pipeline")
    run = failed_run(phase=P.RUNNING, ended_ms=None, actions=(running,), counts={P.RUNNING: 1}, failure=None)
    assert "Last seen running" in Parsed(static_view_html(run)).words
    assert "5m 00s" in static_view_text(run)
    assert 'class="gap"' in timeline_of(run)
    assert 'class="gap"' not in timeline_of(FAILED)


def test_nothing_known_is_told_as_such() -> None:
    """A run that was never read has a snapshot, too: its name, and why."""
    run = Snapshot("r1", 'RunWidget("r1")', "0.1.0", START_MS, trouble="run not found")
    for text in (Parsed(static_view_html(run)).words, static_view_text(run)):
        assert "Not read" in text
        assert "r1" in text
        assert "run not found" in text
    ET.fromstring(whole_svg(run))


def test_a_phase_that_nobody_knows_is_drawn() -> None:
    """A newer backend's phase has its label in the words and a place in every drawing."""
    odd = ActionPhase.of("hibernating")
    assert odd is not None
    run = failed_run(phase=odd, ended_ms=None, actions=(action("a0", odd),), counts={odd: 1}, failure=None)
    assert "unknown (hibernating)" in static_view_text(run)
    assert "Unknown" in diagram_svg(run)
    ET.fromstring(strip_svg(run))
    assert LIGHT.fill(odd) == LIGHT.colours["line3"]


@given(st.floats(1, 1e12), st.floats(0, 1))
def test_axis_has_few_ticks_in_their_place(length_ms: float, share: float) -> None:
    """Whatever the length, ticks are between the axis' ends, at least 62 px apart, and moments keep their order."""
    axis = Axis(START_MS, START_MS + length_ms, 100, 380)
    xs = [x for x, _ in axis.ticks()]
    assert xs[0] == 100
    assert all(b - a >= 61 for a, b in itertools.pairwise(xs))
    assert 100 <= axis.x(START_MS + share * length_ms) <= 380


def test_page_is_a_file_of_its_own() -> None:
    """The standalone page says its encoding, follows the reader's scheme, and asks for nothing."""
    text = page(replace(FAILED, task_name="Übung"))
    assert text.startswith("<!DOCTYPE html>")
    assert 'charset="utf-8"' in text
    assert 'content="light dark"' in text
    assert re.findall(r"https?://[^\"<]*", text) == [FAILED.console_url]


def test_folds_of_very_many_show_shares_and_every_failure() -> None:
    """Of 20,000 members the strip shows the shares, with a lone failure, as of twenty."""
    few = [action(f"s{n}", P.SUCCEEDED, n, 20, name="task") for n in range(20)]
    many = [action(f"m{n}", P.SUCCEEDED, n // 1_000, 20, name="task") for n in range(20_000)]
    many[7] = action("m7", P.FAILED, 0, 20, name="task")

    def strips(*members: KnownAction) -> dict[str, str]:
        drawing = timeline_of(failed_run(*members)).partition("</style>")[2]
        return {phase: d for d, phase in re.findall(r'<path d="(M[^"]*z)" class="([ft]\d+)"/>', drawing)}

    assert strips(*few)["f4"] == strips(*many[8:])["f4"]
    assert "f6" in strips(*many)


def test_a_run_whose_actions_took_time_did_not_take_0s() -> None:
    """Some backends give a run that ended one time for start and end: its actions' times tell how long it took."""
    run = failed_run(action("a1", P.FAILED, 0, 3), started_ms=START_MS, ended_ms=START_MS)
    run = replace(run, actions=run.actions[1:])
    assert "3.0s" in static_view_text(run)
    still = replace(run, actions=(run.actions[0]._replace(ended_ms=START_MS),))
    assert "0s" not in static_view_text(still).splitlines()[0]


def test_an_absurd_time_does_not_flatten_the_timeline() -> None:
    """A year 9999 moves no other bar: its own ends where the run does, and is marked as not the backend's word."""
    usual = action("a1", P.SUCCEEDED, 10, 100)
    absurd = action("a2", P.SUCCEEDED, 10, 100)._replace(
        ended_ms=253_402_300_799_000.0, segments=(Segment(1, P.RUNNING, START_MS, 253_402_300_799_000.0),)
    )
    with_it, without = timeline_of(failed_run(usual, absurd)), timeline_of(failed_run(usual))
    label = 'y="41.5">a1</text>'
    assert re.findall(label + r"(.*?)</g>", with_it) == re.findall(label + r"(.*?)</g>", without) != []
    assert with_it.count('class="gap"') == without.count('class="gap"') + 1


def test_the_text_has_a_line_for_a_name_with_newlines() -> None:
    """Names are other people's: neither a newline nor an escape sequence in one reaches a terminal."""
    named = action("a0", P.FAILED, name="etl\n\x1b[2Jgone\r\nmain")
    run = failed_run(task_name=named.name, failure=Failure(named.name, "a0", 1, "USER", "boom"))
    lines = static_view_text(run).splitlines()
    assert "etl \ufffd[2Jgone main" in lines[0]
    assert "\x1b" not in "".join(lines)
    assert sum("gone" in line for line in lines) == 2  # the title and the failure


def test_persons_are_told_of() -> None:
    """Whose rerun it is, which run was started from it, and who answered what and when; inert, as all foreign text."""
    answers = ("deploy_gate a52 was answered yes by <b>kim</b> at 14:36:31 UTC after 3m 12s",)
    snapshot = failed_run(lineage="recovered 44 of 50 actions of r4p2bdpt7f", started="r9x2kd84mq", answers=answers)
    lines = static_view_text(snapshot).splitlines()
    assert "Recovered 44 of 50 actions of r4p2bdpt7f · r9x2kd84mq was started from this run" in lines
    assert answers[0] in lines
    html = static_view_html(snapshot)
    assert "answered yes by &lt;b&gt;kim" in html
    assert "r9x2kd84mq was started from this run" in html
