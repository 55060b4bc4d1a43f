"""A failed action as Markdown, for an issue or a chat: what failed, where, with what, and its last words. Pure.

It is made to be pasted where others read it. So secrets that this process knows are taken out, and what looks like
one: inputs by their name, signatures in links, bearer tokens. Nothing of the run's environment is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from flyte_widgets.api.messages import ActionDetails
from flyte_widgets.redaction import MARK, redact
from flyte_widgets.run.action import ActionState
from flyte_widgets.run.causes import error_of, error_words
from flyte_widgets.run.timeline import attempts_of
from flyte_widgets.run.times import moment
from flyte_widgets.run.words import duration
from flyte_widgets.untrusted import printable, shortened, web_address, without_colours

LOG_LINES: Final = 50
"""Lines of the log that are told: the last ones."""
_ERROR_LINES: Final = 60
_LINE_LIMIT: Final = 500
_INPUT_LIMIT: Final = 200
_INPUTS: Final = 20
#: Inputs that are not for others, by the end of their name: "api_key" and "token", but not "max_tokens".
_SECRET_NAME: Final = re.compile(
    r"(?:^|[_\W])(?:password|passwd|pwd|token|secret|credentials?|(?:api|access|private|secret)_?key)$", re.IGNORECASE
)
#: What lets anybody read who has the link, and a header of HTTP that was logged.
_SECRET_TEXT: Final = re.compile(
    r"([?&](?:sig|signature|token|access_token|x-(?:amz|goog)-(?:signature|credential|security-token))=|\bbearer )"
    r"[^\s&\"'<>]+",
    re.IGNORECASE,
)
#: Frames of these are not the user's code.
_LIBRARIES: Final = ("/site-packages/", "/dist-packages/", "/lib/python", "<frozen ")


def report(
    run_name: str,
    task_name: str,
    action: ActionState,
    details: ActionDetails | None,
    *,
    url: str = "",
    inputs: Mapping[str, str] | None = None,
    log_lines: Iterable[str] = (),
    versions: Mapping[str, str] | None = None,
) -> str:
    """Write the report of one action. `inputs`: short values by name; `versions`: of flyte-widgets, flyte, ..."""
    error = error_of(details) if details is not None else None
    words = error_words(error)
    link = web_address(url)
    phase = action.phase.label.lower() if action.phase is not None else "unknown"
    head = (
        f"{action.name} {action.id} {words.verb}: {words.what}"
        if words.is_known
        else f"{action.name} {action.id}: {phase}"
    )
    lines = [f"### {_inline(head)}", ""]
    lines.append(f"- Run: {_code(run_name)}" + (f" of {_code(task_name)}" if task_name else ""))
    lines += [f"- Link: <{link}>"] if link else []
    lines.append(f"- Action: {_code(action.name)} {_code(action.id)}, {phase}")
    lines += [f"- Attempt: {action.attempts}"] if action.attempts else []
    histories = attempts_of(details) if details is not None else []
    if histories and histories[-1].start_ms is not None and histories[-1].end_ms is not None:
        last = histories[-1]
        began_ms, ended_ms = last.start_ms or 0.0, last.end_ms or 0.0
        lines.append(f"- Time: {moment(began_ms):%Y-%m-%d %H:%M:%S} UTC, {duration(ended_ms - began_ms)}")
    lines += [f"- Error: {words.kind} error"] if words.kind else []
    lines += [f"- {_inline(name)}: {_inline(version)}" for name, version in (versions or {}).items()]
    if error is not None and error.message.strip():
        lines += ["", *_fenced(own_lines(_clean(error.message)))]
    if inputs:
        shown = list(inputs.items())[:_INPUTS]
        lines += ["", "Inputs:", ""]
        lines += [f"- {_code(name)}: {_code(shortened(_input(name, value), _INPUT_LIMIT))}" for name, value in shown]
        lines += [f"- and {len(inputs) - len(shown)} more"] if len(inputs) > len(shown) else []
    log = [_clean(line) for line in log_lines][-LOG_LINES:]
    if log:
        lines += ["", f"The last {len(log)} lines of the log:" if len(log) > 1 else "The last line of the log:", ""]
        lines += _fenced(log)
    return "\n".join(lines) + "\n"


def own_lines(message: str) -> list[str]:
    """Give the lines of a traceback without the frames of libraries; where none is the user's, all of them."""
    lines = message.strip().splitlines()
    kept: list[str] = []
    is_own = True
    for line in lines:
        stripped = line.lstrip()
        if stripped.startswith('File "'):
            is_own = not any(library in stripped for library in _LIBRARIES)
        elif len(line) - len(stripped) < 4:  # no source line of a frame
            is_own = True
        if is_own:
            kept.append(line)
    has_frames = any(line.lstrip().startswith('File "') for line in kept)
    chosen = kept if has_frames else lines
    return chosen if len(chosen) <= _ERROR_LINES else ["…", *chosen[-_ERROR_LINES:]]


def _fenced(lines: Iterable[str]) -> list[str]:
    """Put lines in a block of code that none of them can end."""
    cut = [shortened(line, _LINE_LIMIT) for line in lines]
    fence = "```"
    while any(fence in line for line in cut):
        fence += "`"
    return [fence, *cut, fence]


def _code(text: str) -> str:
    """Give a text as inline code, on one line."""
    return f"`{' '.join(_clean(text).replace('`', chr(39)).split())}`"


def _inline(text: str) -> str:
    """Give a text on one line, in which no character means anything to Markdown."""
    said = " ".join(_clean(text).split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in said)


def is_secret_name(name: str) -> bool:
    """Say whether an input of this name looks like a secret: "api_key", "token", but not "max_tokens"."""
    return _SECRET_NAME.search(name) is not None


def _input(name: str, value: str) -> str:
    return MARK if is_secret_name(name) else _clean(value)


def _clean(text: str) -> str:
    return printable(without_colours(_SECRET_TEXT.sub(rf"\1{MARK}", redact(text))))
