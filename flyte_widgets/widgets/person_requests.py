"""What pages ask for a person: to answer a condition, to start the run again."""

from __future__ import annotations

from typing import Final

from flyte_widgets.errors import InputError
from flyte_widgets.run.rerun_form import field_of, value_from_text
from flyte_widgets.run.state import ROOT
from flyte_widgets.watch.answers import signal_text
from flyte_widgets.watch.rerun import input_types, known_to_recover, read_rerun, rerun
from flyte_widgets.watch.watcher import Watcher
from flyte_widgets.widgets.inbound import Answer, Inbound
from flyte_widgets.wire.requests import ReadRerun, Rerun, Signal
from flyte_widgets.wire.rerun import RerunField, RerunForm

_TEXT_LIMIT: Final = 1_000_000


class PersonRequests:
    """Handlers for the requests that a person makes by hand. How each goes on is shown by the traits, too."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def register(self, inbound: Inbound) -> None:
        """Put them into the table."""
        inbound.handle(Signal, self._signal, once=True)
        inbound.handle(Rerun, self._rerun, once=True)
        inbound.handle(ReadRerun, self._read_rerun)

    async def _signal(self, request: Signal) -> None:
        _bound(request.value)
        await signal_text(self._watcher, request.action, request.value)

    async def _rerun(self, request: Rerun) -> None:
        for text in request.changed.values():
            _bound(text)
        await rerun(
            self._watcher,
            ROOT,
            request.changed,
            recover=request.recover,
            read=value_from_text,
        )

    async def _read_rerun(self, _request: ReadRerun) -> Answer:
        """Give the inputs as fields, in the order of the call; those without a value last."""
        _, spec, inputs = await read_rerun(self._watcher, ROOT)
        types = input_types(spec)
        fields = [field_of(one.name, one.value, types.get(one.name, {})) for one in inputs.literals]
        given = {one.name for one in inputs.literals}
        fields += [field_of(name, None, of) for name, of in types.items() if name not in given]
        return Answer(
            RerunForm(
                fields=[
                    RerunField(name=f.name, kind=f.kind, type=f.type, text=f.text, choices=list(f.choices))
                    for f in fields
                ],
                recovers=known_to_recover(self._watcher),
            )
        )


def _bound(text: str) -> None:
    if len(text) > _TEXT_LIMIT:
        raise InputError(f"A text of {len(text):,} characters is too long.", hint="Give it from Python.")
