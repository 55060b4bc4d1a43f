"""The other ipykernels, as kernels of the JupyterLab of the main environment; the newest is in test_jupyter.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.environments import ENVIRONMENTS, Environment
from tests.hosts.jupyter import Jupyter, Row
from tests.hosts.steps import Blocker
from tests.jupyter_lab import JupyterLab

KERNELS = [name for name in ENVIRONMENTS if name.startswith("ipykernel-")]
#: The oldest is also in `make test`.
OLDEST = "ipykernel-6.31"
every_kernel = pytest.mark.parametrize("kernel", KERNELS)
#: A cell that keeps Python busy, until the file is there.
SPIN = "import pathlib\nwhile not pathlib.Path({file!r}).exists():\n    sum(range(200_000))"


@pytest.fixture
def host(row: Row, lab: JupyterLab) -> Callable[[str], Jupyter]:
    """Make the line of one kernel."""

    def host_(kernel: str) -> Jupyter:
        environment = Environment(kernel).make()
        version = environment.run("-c", "import ipykernel; print(ipykernel.__version__)").strip()
        assert version.startswith(kernel.partition("-")[2])
        environment.add_kernel(lab.data_dir)
        return row(f"JupyterLab, ipykernel {version}", lab, kernel)

    return host_


@every_kernel
def test_live(host: Callable[[str], Jupyter], kernel: str) -> None:
    host(kernel).live()


@every_kernel
def test_click_when_idle(host: Callable[[str], Jupyter], kernel: str) -> None:
    host(kernel).click_idle()


@every_kernel
def test_click_while_a_cell_runs(host: Callable[[str], Jupyter], kernel: str, blocker: Blocker) -> None:
    host(kernel).click_busy(blocker, at_once=not kernel.startswith("ipykernel-6"))
