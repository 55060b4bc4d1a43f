"""The table of the SDK's private names: complete, true of the installed SDK, and of use when one is gone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import flyte_widgets
from flyte_widgets.errors import FlyteWidgetsError, SdkError
from flyte_widgets.sdk import names

PACKAGE = Path(flyte_widgets.__file__).parent


def is_private(module: str, name: str = "") -> bool:
    parts = [*module.split("."), name]
    return parts[0] == "flyte" and any(part.startswith("_") and not part.startswith("__") for part in parts)


def private_imports(path: Path) -> set[str]:
    """What a file takes from private modules of the SDK, attributes of such modules included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if is_private(node.module, alias.name):
                    found.add(f"{node.module}.{alias.name}")
                    modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            modules.update({alias.asname or alias.name: alias.name for alias in node.names if is_private(alias.name)})
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add(f"{modules[node.value.id]}.{node.attr}")
    return found


def test_every_private_name_is_in_the_table() -> None:
    """And no file outside of sdk/ has one."""
    listed = {str(one) for one in names.NAMES}
    modules = {one.module for one in names.NAMES}
    for path in PACKAGE.rglob("*.py"):
        used = private_imports(path)
        if path.parent.name != "sdk":
            assert not used, f"{path.name} takes {used} from the SDK: that belongs into sdk/"
        for name in used:
            is_known = name in modules or any(one == name or one.startswith(f"{name}.") for one in listed)
            assert is_known, f"{path.name} takes {name} from the SDK: add it to sdk/names.py"


def test_the_reader_of_this_test_sees_private_names(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "import flyte._a as a\nfrom flyte.b import _c\nfrom flyte._d import e\nfrom flyte.f import G\na.h()\n_c._i\n"
    )
    assert private_imports(file) == {"flyte._a.h", "flyte.b._c", "flyte._d.e", "flyte.b._c._i"}


@pytest.mark.parametrize("part", [names.LOGIN, names.LOCAL, names.RUN])
def test_the_installed_sdk_has_them_all(part: str) -> None:
    assert names.missing(part) == []
    names.require(part)


def in_a_process(*lines: str) -> str:
    program = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300)
    return done.stdout + done.stderr


RENAMED = "del flyte._internal.controllers._ControllerState"


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (RENAMED, "flyte._internal.controllers._ControllerState"),
        ("sys.modules['flyte._context'] = None", "flyte._context"),
        ("import flyte._task; del flyte._task.TaskTemplate", "TaskTemplate"),
        ("import flyte._persistence._remote_reporter as r; del r._build_task_spec", "_build_task_spec"),
        ("import flyte._initialize as i; del i._InitConfig", "_InitConfig"),
    ],
)
def test_a_renamed_name_is_said_where_local_runs_begin(change: str, gone: str) -> None:
    """Not that packages are missing, which they are not."""
    said = in_a_process(
        "import sys, flyte, flyte._internal.controllers",
        change,
        "import flyte_widgets as fw",
        "try: fw.local.start()",
        "except fw.errors.SdkError as error: print('SAID', error)",
    )
    assert f"SAID flyte {names.version()} is not known to this version of flyte-widgets:" in said
    assert gone in said
    assert "pip install 'flyte==" in said
    assert "more packages" not in said


def test_a_renamed_name_is_said_where_the_login_is_looked_for() -> None:
    """Another backend than that of flyte.init() is not taken in its place."""
    said = in_a_process(
        "import flyte, flyte._initialize as i",
        "del i._get_init_config",
        "import flyte_widgets as fw",
        "try: fw.connect()",
        "except fw.errors.SdkError as error: print('SAID', error)",
    )
    assert "SAID flyte" in said
    assert "_get_init_config" in said


def test_a_package_that_is_missing_is_another_thing() -> None:
    for name in ("uvicorn", "flyte", ""):
        assert names.unknown_version(ImportError("no", name=name), names.LOCAL) is None
    found = names.unknown_version(
        ImportError("cannot import name 'X' from 'flyte._y' (/a/b.py)", name="flyte._y"), names.LOCAL
    )
    assert isinstance(found, SdkError)
    assert isinstance(found, (FlyteWidgetsError, ImportError))
    assert "cannot import name 'X' from 'flyte._y'." in str(found)
    assert "/a/b.py" not in str(found)
