"""A report as it is kept in a static view: a still page in a sandbox. Pure.

A report is HTML of other people's. Kept in a notebook, it must do nothing wherever that is opened, so no script of it
is kept, and two things each forbid the rest: its frames are sandboxed and allow nothing, and the page that holds it has
a policy without scripts and without the network, which the report's frame inherits. A sanitiser that knows no frames
drops it whole, and the words above it stay.

Flyte's template hides all tabs and has a script show one. Here all are shown, one below the other.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; frame-src 'none'"
)
_FRAMES: Final = "html,body,iframe{display:block;width:100%;height:100%;margin:0;border:0;background:#fff}"
_ALL_TABS: Final = (
    "#flyte-frame-container>div{display:block!important}#flyte-frame-container>div+div{border-top:1px solid #ddd}"
)
_CUT: Final = "<!---->"
_SCRIPT: Final = re.compile(r"<(/?)script(?=[\s/>])", re.IGNORECASE | re.ASCII)


def report_frame(html: str, name: str, style: str) -> str:
    """Write the frame that shows a report. `html` is the report, `name` the frame's name for screen readers."""
    title = escape(name)
    report = f"<style>{_ALL_TABS}</style>{html}"
    outer = (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<title>{title}</title><style>{_FRAMES}</style><iframe sandbox="" title="{title}" '
        f'srcdoc="{escape(report)}"></iframe>'
    )
    return f'<iframe sandbox="" title="{title}" style="{style}" srcdoc="{escape(outer)}"></iframe>'


def without_scripts(html: str) -> str:
    """Cut the scripts out, for they take room and cannot run. Takes time in proportion to the length, whatever it is.

    A comment takes the place of each: so no other script comes about by what stood before and after it.
    """
    kept: list[str] = []
    at, is_inside = 0, False
    for found in _SCRIPT.finditer(html):
        is_end = found[1] == "/"
        if is_inside == is_end and found.start() >= at:
            if not is_inside:
                kept.append(html[at : found.start()])
            else:
                at = html.find(">", found.end()) + 1
                if at == 0:
                    return _CUT.join(kept)
            is_inside = not is_inside
    if not is_inside:
        kept.append(html[at:])
    return _CUT.join(kept)
