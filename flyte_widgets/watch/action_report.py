"""The report of an action: one HTML file behind a signed link, which is a secret and goes no further than here."""

from __future__ import annotations

from typing import Final

from flyte_widgets.errors import NotFoundError, NotKeptError, UnimplementedError
from flyte_widgets.watch.action_log import newest_attempt
from flyte_widgets.watch.watcher import Watcher

MAX_REPORT_BYTES: Final = 10 * 1024 * 1024
"""A larger report is read only when that is asked for."""
MOST_REPORT_BYTES: Final = 256 * 1024 * 1024


async def read_report(
    watcher: Watcher, action: str, attempt: int | None, *, max_bytes: int = MAX_REPORT_BYTES
) -> bytes:
    """Read the report as it is now: CreateDownloadLink, then a GET without credentials. On the background loop.

    Raises NotKeptError where there is none (yet), DataTooLargeError, ApiError where the store cannot be read.
    """
    number = attempt or newest_attempt(watcher, action)
    data = watcher.client.data
    try:
        link = await data.create_report_link(watcher.run_id, action, number)
        return await data.fetch(link, max_bytes=max_bytes)
    except (NotFoundError, UnimplementedError):
        raise NotKeptError(
            f"There is no report of attempt {number} of action {action}.",
            hint="A report appears when its task first calls flyte.report.flush(), or when it ends.",
        ) from None
