"""The static view as HTML that any notebook can show: no script, no class, nothing to load. Pure.

Who shows saved notebooks cuts HTML down, each in its own way, so the order of the words carries the meaning, and all
that is cut is dispensable: nbconvert's sanitiser drops styles, GitHub's styles and ids, untrusted JupyterLab inline
SVG (but not its words). All let pass an `<img>` with SVG in base64, but for nbconvert's, which shows its source; so
the drawings come after the words. Colours of words are the page's own; those of the drawings bring their ground.

A drawing is light or dark as the `color-scheme` of its `<img>` says, and VS Code and JupyterLab do not set that for
their themes. The one style sheet does. It is a `<link>` with the rules in its address: a sanitiser that drops a
`<style>` leaves the rules as words on the page.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from flyte_widgets.run.line.parts import Summary
from flyte_widgets.run.words import plural
from flyte_widgets.untrusted import shortened, web_address
from flyte_widgets.widgets.static_view import timeline as rows
from flyte_widgets.widgets.static_view.colours import on_any_page
from flyte_widgets.widgets.static_view.drawings import (
    diagram_svg,
    diagram_words,
    error_words,
    strip_svg,
    timeline_svg,
)
from flyte_widgets.widgets.static_view.model import Failure, Reports, Snapshot
from flyte_widgets.widgets.static_view.report_frame import report_frame
from flyte_widgets.widgets.static_view.rows import choose_rows, rows_of
from flyte_widgets.widgets.static_view.svg import clean, data_uri
from flyte_widgets.widgets.static_view.words import (
    done_words,
    person_lines,
    phase_words,
    reported_counts,
    symbol,
    took,
    when,
)

_MESSAGE_LIMIT: Final = 4_000
_LINE: Final = "border:1px solid rgba(128,128,128,.35);border-radius:8px"
_FONT: Final = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:13px;line-height:20px"
_MONO: Final = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
_ROW: Final = "display:flex;flex-wrap:wrap;align-items:center"
_FAINT: Final = "opacity:.75"
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_SUMMARY: Final = '<summary style="font-size:12px;cursor:pointer;margin-top:4px">'
_THEME_MARKERS: Final = {
    "dark": (
        "[data-vscode-theme-kind=vscode-dark]",
        "[data-vscode-theme-kind=vscode-high-contrast]",
        "[data-jp-theme-light=false]",
    ),
    "light": (
        "[data-vscode-theme-kind=vscode-light]",
        "[data-vscode-theme-kind=vscode-high-contrast-light]",
        "[data-jp-theme-light=true]",
    ),
}
"""What the body of a host's page says of its theme."""
_DOT: Final = f'<span style="{_FAINT}"> · </span>'


def static_view_html(snapshot: Snapshot, element_id: str = "") -> str:
    """Write the static view. By `element_id` the live view finds it, and hides it while it shows the same itself."""
    parts = [_header(snapshot), _progress(snapshot)]
    if snapshot.line is not None:
        parts.append(_line(snapshot.line))
    if snapshot.failure is not None:
        parts.append(_failure(snapshot, snapshot.failure))
    parts += [_block(text) for text in (*person_lines(snapshot), _abort_words(snapshot), snapshot.trouble) if text]
    if snapshot.actions:
        parts.append(_drawings(snapshot))
    parts.append(_reports(snapshot.reports))
    parts.append(_footer(snapshot))
    return _frame("".join(parts), element_id)


def static_view_note(words: str, element_id: str) -> str:
    """Write a line in the static view's place."""
    return _frame(clean(words), element_id)


def _frame(content: str, element_id: str) -> str:
    name = f' id="{clean(element_id)}"' if element_id else ""
    frame = f"{_LINE};{_FONT};max-width:960px;padding:10px 12px;margin:2px 0"
    link = _theme_link(element_id) if "<img " in content else ""
    return f'<div{name} style="{frame}">{content}{link}</div>'


def _theme_link(element_id: str) -> str:
    """Let the drawings follow the host's theme, also where the reader's system has the other one."""
    if not re.fullmatch(r"[\w-]+", element_id):
        return ""
    rules = "".join(
        ",".join(f"{marker} #{element_id} img" for marker in markers) + f"{{color-scheme:{scheme}}}"
        for scheme, markers in _THEME_MARKERS.items()
    )
    address = base64.b64encode(rules.encode()).decode("ascii")
    return f'<link rel="stylesheet" href="data:text/css;base64,{address}">'


def page(snapshot: Snapshot) -> str:
    """Write a file of its own around the static view."""
    title = f"{phase_words(snapshot)}: {snapshot.task_name or snapshot.run_name}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{clean(title)}</title></head>"
        f'<body style="margin:16px">{static_view_html(snapshot)}</body></html>\n'
    )


def _header(snapshot: Snapshot) -> str:
    mark = f'<span style="color:{on_any_page(snapshot.phase)}">{symbol(snapshot.phase)}</span>'
    words = [f"<strong>{mark} {clean(phase_words(snapshot))}</strong>"]
    if snapshot.task_name:
        words.append(f" &nbsp;<strong>{clean(shortened(snapshot.task_name, 200))}</strong>")
    run = f' &nbsp;<code style="{_MONO};font-size:12px">{clean(snapshot.run_name)}</code>'
    facts = [clean(took(snapshot)), f"attempt {snapshot.attempt}" if snapshot.attempt > 1 else ""]
    words.append(_DOT.join([run, *(fact for fact in facts if fact)]))
    times = when(snapshot)
    late = f'<div style="{_FAINT};font-size:12px">{clean(times)}</div>' if times else ""
    return f'<div style="{_ROW};justify-content:space-between"><div>{"".join(words)}</div> {late}</div>'


def _progress(snapshot: Snapshot) -> str:
    if not snapshot.counts:
        return ""
    done, of = done_words(snapshot)
    counts = [f"<strong>{done}</strong> {of}"]
    for phase, n in reported_counts(snapshot):
        words = f"{n:,} {clean(phase.label.lower())}"
        counts.append(f"<strong>{words}</strong>" if phase.value == "failed" else words)
    strip = _image(strip_svg(snapshot), "", "flex:1 1 200px;min-width:120px;height:6px;margin:0 16px 0 0")
    words = f'<div style="font-size:12px">{_DOT.join(counts)}</div>'
    # The strip stands left of the words, but comes after them: they must not wait for it.
    return f'<div style="{_ROW};flex-direction:row-reverse;margin:2px 0">{words} {strip}</div>'


def _line(line: Summary) -> str:
    tags = {
        "": ("", ""),
        "strong": ("<strong>", "</strong>"),
        "mono": (f'<code style="{_MONO};font-size:12px">', "</code>"),
    }
    sentence = "".join(f"{tags[part.style][0]}{clean(part.text)}{tags[part.style][1]}" for part in line.sentence)
    mark = f'<span style="color:{on_any_page(line.phase)}">{symbol(line.phase)}</span>'
    return f'<div style="margin:4px 0">{_DOT.join([f"{mark} {sentence}", *(clean(part) for part in line.tail)])}</div>'


def _failure(snapshot: Snapshot, failure: Failure) -> str:
    whose = f"{failure.action} · {error_words(snapshot)}"
    about = f"<strong>{clean(shortened(failure.name, 200))}</strong> {clean(whose)}"
    # What the run's code lives with is no alarm.
    rgb = "225,30,9" if snapshot.ended_badly else "128,128,128"
    box = f"border:1px solid rgba({rgb},.4);border-radius:4px;background-color:rgba({rgb},.07)"
    pre = f"{_MONO};font-size:12px;line-height:18px;margin:2px 0 0;padding:0;max-height:216px;overflow:auto"
    message = failure.message.strip()
    if len(message) > _MESSAGE_LIMIT:
        message = "… (cut)\n" + message[-_MESSAGE_LIMIT:]  # the end of a traceback says most
    plain = "white-space:pre-wrap;overflow-wrap:break-word;word-break:normal;background-color:transparent;border:0"
    return (
        f'<div style="{box};padding:8px 12px;margin:8px 0"><div style="font-size:12px">{about}</div>'
        f'<pre style="{pre};{plain}">{clean(message)}</pre>{_log(failure, f"{pre};{plain}")}</div>'
    )


def _log(failure: Failure, style: str) -> str:
    """Show the end of its log, folded: the error above says most."""
    if not failure.log:
        return ""
    title = f"The last {plural(len(failure.log), 'line')} of its log"
    lines = clean("\n".join(failure.log))
    return f'<details>{_SUMMARY}{title}</summary><pre style="{style}">{lines}</pre></details>'


def _drawings(snapshot: Snapshot) -> str:
    """Put both side by side where there is room; each shrinks a little before they stand one below the other."""
    style = "height:auto;margin:4px 0 0;border-radius:6px;background-color:transparent"
    alt = f"Time in each phase: {diagram_words(snapshot)}."
    wide = "flex:1 1 430px;min-width:0;max-width:528px;margin-right:4px"
    narrow = "flex:1 1 320px;min-width:0;max-width:402px"
    diagram = _image(diagram_svg(snapshot), alt, f"{style};{wide}")
    chosen = choose_rows(rows_of(snapshot.actions))
    alt = f"Timeline: {rows.words(snapshot, chosen)}."
    timeline = _image(timeline_svg(snapshot, chosen), alt, f"{style};{narrow}")
    return f'<div style="{_ROW};align-items:flex-start;justify-content:space-between">{diagram} {timeline}</div>'


def _image(drawing: str, alt: str, style: str) -> str:
    """Write a drawing with its own size, for where the style is cut."""
    found = _SIZE.search(drawing)
    size = f'width="{found[1]}" height="{found[2]}"' if found else ""
    return f'<img src="{data_uri(drawing)}" alt="{clean(alt)}" {size} style="{style}">'


def _reports(reports: Reports) -> str:
    """Show each report that is kept, folded. No script ran: what one would have drawn is missing, and this says so."""
    frame = (
        "display:block;width:100%;height:392px;margin:4px 0;border:1px solid rgba(128,128,128,.35);border-radius:4px"
    )
    words = [
        (f"Report of {shortened(report.name, 200)} {report.action}, attempt {report.attempt}", report.html)
        for report in reports.kept
    ]
    note = f'<span style="{_FAINT}"> · without its scripts</span>'
    parts = [
        f"<details>{_SUMMARY}{clean(title)}{note}</summary>{report_frame(html, title, frame)}</details>"
        for title, html in words
    ]
    return "".join([*parts, *([_block(reports.left_out)] if reports.left_out else [])])


#: A kernel picked as "Jupyter Kernel…" has no place for widgets' scripts there, and the CDN may be out of reach.
_IN_VS_CODE = "If VS Code still shows no more than this, pick the Python environment itself as the kernel."


def _footer(snapshot: Snapshot) -> str:
    note = f"Saved by flyte-widgets {clean(snapshot.version)}. Run the cell again to watch or abort. {_IN_VS_CODE}"
    call = f'<code style="{_MONO};font-size:12px">{clean(snapshot.reference)}</code>'
    url = web_address(snapshot.console_url)
    link = (
        f'<a href="{clean(url)}" target="_blank" rel="noopener noreferrer">Open in the Flyte console</a>' if url else ""
    )
    return (
        f'<div style="{_ROW};justify-content:space-between;font-size:12px">'
        f'<div><span style="{_FAINT}">{note}</span> {call}</div> <div>{link}</div></div>'
    )


def _abort_words(snapshot: Snapshot) -> str:
    is_said = snapshot.line is not None or not snapshot.abort_reason
    return "" if is_said else f"Abort reason: {shortened(snapshot.abort_reason, 500)}"


def _block(words: str) -> str:
    return f'<div style="font-size:12px;margin:2px 0">{clean(words)}</div>'
