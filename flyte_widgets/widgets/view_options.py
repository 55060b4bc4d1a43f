"""What a widget is made with, checked before anything is made: a word that nobody knows says which there are."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Final, get_args

import traitlets as t

from flyte_widgets.wire.trait_types import DiagramKind, ViewKind

_LEAST_HEIGHT_PX: Final = 120


def view_options(view: ViewKind, height: int | None, diagram: DiagramKind | None) -> dict[str, Any]:
    """Give the options as traits. Raises ValueError, or TypeError for a height that is no number."""
    _raise_unless_one_of("view", view, get_args(ViewKind))
    if diagram is not None:
        _raise_unless_one_of("diagram", diagram, get_args(DiagramKind))
    if height is not None:
        if isinstance(height, bool) or not isinstance(height, int):
            raise TypeError(f"height is a number of px, got {height!r}. Give an int, such as 400, or None.")
        if height < _LEAST_HEIGHT_PX:
            raise ValueError(f"A height of {height} px shows nothing. Give at least {_LEAST_HEIGHT_PX}.")
    return {"view": view, "height": height, "diagram": diagram}


def refuse_unknown(widget: type[t.HasTraits], arguments: Iterable[str]) -> None:
    """Raise TypeError for an argument that is no trait: traitlets only warns of those, and nobody sees it."""
    traits = widget.class_traits()
    for name in arguments:
        if name not in traits or traits[name].read_only:
            parameters = inspect.signature(widget.__init__).parameters.values()
            named = [each.name for each in parameters if each.kind is not each.VAR_KEYWORD and each.name != "self"]
            raise TypeError(
                f"{widget.__name__} takes no argument {name!r}. It takes {', '.join(named)}; layout, as all widgets do."
            )


def _raise_unless_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"RunWidget has no {name} {value!r}. It is {' or '.join(map(repr, known))}.")
