"""The proxy that the browser's tests put between the widget and its backend, to count its calls."""

from __future__ import annotations

from tests.fault_proxy import FaultProxy as RecordingProxy

__all__ = ["RecordingProxy"]
