"""Which runs a view of this process shows: what their tasks print need not be in the cell as well."""

from __future__ import annotations

import threading
import weakref
from typing import NamedTuple, Protocol

from flyte_widgets.watch.reference import Target


class View(Protocol):
    """Something that may be on a page."""

    @property
    def is_shown(self) -> bool:
        """Whether a page has it, or is about to."""


class _Place(NamedTuple):
    host: str
    project: str
    domain: str
    name: str


_views: dict[_Place, weakref.WeakSet[View]] = {}
_lock = threading.Lock()


def note_view(target: Target, view: View) -> None:
    """Take note of a view of a run. It counts for as long as it lives and is shown."""
    with _lock:
        for place in [place for place, views in _views.items() if not views]:
            del _views[place]
        _views.setdefault(_place(target), weakref.WeakSet()).add(view)


def is_shown(target: Target) -> bool:
    """Whether any view of a run is on a page."""
    with _lock:
        views = list(_views.get(_place(target), ()))
    return any(view.is_shown for view in views)


def _place(target: Target) -> _Place:
    run_id = target.run_id
    return _Place(target.backend.client.host, run_id.project, run_id.domain, run_id.name)
