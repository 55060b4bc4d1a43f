"""How a report crosses to the browser: once for each version, as a buffer of HTML that only sandboxed frames get."""

from __future__ import annotations

from typing import Literal

import msgspec


class ReportVersion(msgspec.Struct, rename="camel", kw_only=True):
    """What became of reading a report."""

    state: Literal["read", "unchanged", "none", "too_large"]
    """"none": there is no report, or none yet. "too_large": it is read only if that is asked for."""
    version: str = ""
    """Another one: the report has changed."""
    size_bytes: int = 0
    at_ms: float = 0.0
    """When it was read, epoch ms of the backend's clock."""
    message: str = ""
