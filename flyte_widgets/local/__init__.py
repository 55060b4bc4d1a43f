"""The embedded Flyte 2 backend: real tasks on this machine, simulated cluster runs, no cluster needed."""

from __future__ import annotations

try:
    from flyte_widgets.local.runner import LaunchedRun, launch
    from flyte_widgets.local.server import LocalBackend, start, stop
    from flyte_widgets.local.sim_spec import SimSpec
    from flyte_widgets.local.simulation import SimulatedRun, simulate
except ImportError as error:
    raise ImportError(
        f"The embedded backend needs more packages ({error}). Install them: pip install 'flyte-widgets[local]'"
    ) from error

__all__ = ["LaunchedRun", "LocalBackend", "SimSpec", "SimulatedRun", "launch", "simulate", "start", "stop"]
