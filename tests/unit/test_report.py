"""The report of a failed action as Markdown: whole, short, without secrets, and without foreign markup."""

from __future__ import annotations

from msgspec.structs import replace

from flyte_widgets.api.messages import ErrorInfo
from flyte_widgets.redaction import register
from flyte_widgets.run.report import LOG_LINES, own_lines, report
from flyte_widgets.run.state import RunState
from tests.run_messages import attempt, details, ms, status

TRACEBACK = """Traceback (most recent call last):
  File "/venv/lib/python3.12/site-packages/flyte/_internal/runtime.py", line 88, in run
    return await self.execute(task)
  File "/app/etl/steps.py", line 57, in square
    value = parse(row["amount"])
ValueError: n is too big"""


def written(message: str = TRACEBACK, **more: object) -> str:
    last = attempt(3, "FAILED", ("RUNNING", 10, 52), ("FAILED", 52, 52), end=52)
    told = details("a17", status("FAILED", 2, 52, 3), last, name="square", parent="a0")
    told = replace(told, error_info=ErrorInfo(message, "KIND_USER"))
    state = RunState()
    state.fold_details(told, ms(60))
    return report("r4p2bdpt7f", "etl.pipeline", state.by_id["a17"], told, **more)  # type: ignore[arg-type]


def test_a_report_has_what_others_ask_for() -> None:
    """Run, link, action, attempt, time, error with own lines, inputs, the log's end, versions."""
    text = written(
        url="https://flyte.example/v2/runs/r4p2bdpt7f",
        inputs={"n": "12", "path": "s3://bucket/" + "x" * 500},
        log_lines=[f"line {i}" for i in range(80)],
        versions={"flyte-widgets": "0.1.0", "flyte": "2.12.1"},
    )
    assert text.splitlines()[0] == "### square a17 raised: ValueError: n is too big"
    for part in (
        "- Run: `r4p2bdpt7f` of `etl.pipeline`",
        "- Link: <https://flyte.example/v2/runs/r4p2bdpt7f>",
        "- Attempt: 3",
        "42s",
        "- Error: user error",
        "- flyte: 2.12.1",
        '  File "/app/etl/steps.py", line 57, in square',
        "- `n`: `12`",
        f"The last {LOG_LINES} lines of the log:",
        "line 30\n",
        "line 79\n",
    ):
        assert part in text, part
    assert "site-packages" not in text
    assert "line 29\n" not in text
    assert len(text) < 3_000


def test_foreign_text_stays_inert_and_secret_free() -> None:
    """No fence can be closed, no link or tag made, no secret told."""
    register("hunter2-hunter2")
    text = written(
        "```\n<img src=x>\nValueError: [click](javascript:1) hunter2-hunter2",
        log_lines=["``` ````"],
        url="javascript:1",
    )
    assert "hunter2" not in text
    assert "javascript:1>" not in text
    lines = text.splitlines()
    assert lines[0] == "### square a17 raised: ValueError: \\[click\\](javascript:1) \\[redacted\\]"
    fences = [line for line in lines if line and set(line) == {"`"}]
    assert fences == ["````", "```", "````", "`````", "`````"]


def test_what_looks_like_a_secret_is_not_told() -> None:
    """Inputs by their name, what a signed link is signed with, a header that was logged; a tokenizer is no secret."""
    text = written(
        "ValueError: https://b.s3.example/x?X-Amz-Credential=AKIA1&X-Amz-Signature=abc123&X-Amz-Expires=9 is gone",
        inputs={"db_password": "'swordfish'", "OPENAI_API_KEY": "'sk-1'", "max_tokens": "512", "tokenizer": "'bpe'"},
        log_lines=["GET https://a.example/f?sig=s1g&v=2", "Authorization: Bearer ey.J0"],
    )
    for secret in ("swordfish", "sk-1", "abc123", "AKIA1", "s1g", "ey.J0"):
        assert secret not in text, secret
    for told in ("- `max_tokens`: `512`", "- `tokenizer`: `'bpe'`", "X-Amz-Expires=9", "- `db_password`: `[redacted]`"):
        assert told in text, told


def test_own_lines_keep_all_where_no_frame_is_the_users() -> None:
    """A traceback through libraries alone is told whole; one line is itself."""
    library = 'Traceback\n  File "/x/site-packages/a.py", line 1, in f\n    f()\nKeyError: 1'
    assert own_lines(library) == library.splitlines()
    assert own_lines("ValueError: x") == ["ValueError: x"]
    assert len(own_lines("\n".join(f"l{i}" for i in range(500)))) == 61
