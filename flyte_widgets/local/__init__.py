"""The embedded Flyte 2 backend: real tasks on this machine, simulated cluster runs, no cluster needed."""

from __future__ import annotations

from flyte_widgets.sdk import names

try:
    from flyte_widgets.local.handles import LocalRun, run, simulate, start, stop
    from flyte_widgets.local.services.server import LocalBackend
    from flyte_widgets.local.simulator.spec import SimSpec
except ImportError as error:
    if unknown := names.unknown_version(error, names.LOCAL):
        raise unknown from error
    raise ImportError(
        f"The embedded backend needs more packages ({error}). Install them: pip install 'flyte-widgets[local]'"
    ) from error
names.require(names.LOCAL)

__all__ = ["LocalBackend", "LocalRun", "SimSpec", "run", "simulate", "start", "stop"]


def __dir__() -> list[str]:
    return sorted(__all__)
