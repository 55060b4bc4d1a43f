"""The form of a rerun, as the browser gets it."""

from __future__ import annotations

import msgspec

from flyte_widgets.run import rerun_form

FieldKind = rerun_form.FieldKind
"""How an input is changed. line: one line of text. text: a literal of Python, on several lines. kept: not from here."""


class RerunField(msgspec.Struct, rename="camel", kw_only=True):
    """One input."""

    name: str
    kind: FieldKind
    type: str
    """As Python writes it: "int"."""
    text: str
    """Its value as the field shows it, and as it is sent back."""
    choices: list[str]


class RerunForm(msgspec.Struct, rename="camel", kw_only=True):
    """What can be changed for a rerun."""

    fields: list[RerunField]
    recovers: bool
    """Whether this backend is known to take over what succeeded."""
