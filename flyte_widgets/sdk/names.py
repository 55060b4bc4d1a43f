"""The Flyte SDK's private names that this package uses: one table, and the check that says when one is gone.

The SDK changes them without notice. So nothing else in this package names one, an SDK without one is said to be not
known, and a test holds the table against the code and against the installed SDK.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from functools import lru_cache
from typing import Final, NamedTuple

from flyte_widgets.errors import SdkError

SEEN: Final = ("2.12.0", "2.12.1")
"""Versions of flyte in which each name was found."""

LOGIN: Final = "the login of flyte.init()"
LOCAL: Final = "local runs"
RUN: Final = "runs shown by themselves"


class PrivateName(NamedTuple):
    """A name, and which part of this package needs it."""

    part: str
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


_AUTH: Final = "flyte.remote._client.auth"
SDK_RUN: Final = ("flyte.remote._run", "Run")
"""Module and name of what `flyte.run` returns: IPython finds its formatter by them, without importing the SDK."""

NAMES: Final = (
    PrivateName(LOGIN, "flyte._initialize", "_get_init_config"),
    PrivateName(LOGIN, "flyte.remote._auth_metadata", "get_auth_metadata"),
    PrivateName(LOGIN, "flyte.syncify", "syncify"),
    PrivateName(LOGIN, f"{_AUTH}._interceptors.auth", "AuthUnaryInterceptor"),
    PrivateName(LOGIN, f"{_AUTH}._authenticators.factory", "get_async_authenticator"),
    PrivateName(LOGIN, f"{_AUTH}._authenticators.passthrough", "PassthroughAuthenticator"),
    PrivateName(LOGIN, f"{_AUTH}._client_config", "ClientConfig"),
    PrivateName(LOCAL, "flyte._initialize", "_get_init_config"),
    PrivateName(LOCAL, "flyte._initialize", "_InitConfig"),
    PrivateName(LOCAL, "flyte._initialize", "init_config_context"),
    PrivateName(LOCAL, "flyte._environment", "list_loaded_environments"),
    PrivateName(LOCAL, "flyte._internal.controllers", "_ControllerState.controller"),
    PrivateName(LOCAL, "flyte._internal.controllers", "_ControllerState.lock"),
    PrivateName(LOCAL, "flyte._internal.runtime.convert", "Inputs"),
    PrivateName(LOCAL, "flyte._internal.runtime.convert", "convert_inputs_to_native"),
    PrivateName(LOCAL, "flyte._internal.runtime.io", "report_path"),
    PrivateName(LOCAL, "flyte._internal.runtime.taskrunner", "convert_from_native_to_error"),
    PrivateName(LOCAL, "flyte._internal.runtime.types_serde", "transform_native_to_typed_interface"),
    PrivateName(LOCAL, "flyte._persistence._remote_reporter", "_build_task_spec"),
    PrivateName(LOCAL, "flyte._context", "internal_ctx"),
    PrivateName(LOCAL, "flyte._task", "TaskTemplate"),
    PrivateName(LOCAL, "flyte.report._report", "ipython_check"),
    PrivateName(RUN, *SDK_RUN),
)


def version() -> str:
    """Give the version of the installed SDK; "" where there is none."""
    try:
        return importlib.metadata.version("flyte")
    except importlib.metadata.PackageNotFoundError:
        return ""


def missing(part: str) -> list[str]:
    """Give the names that a part needs and the installed SDK does not have. Imports the SDK."""
    return [str(one) for one in NAMES if one.part == part and not _is_there(one)]


def require(part: str) -> None:
    """Raise SdkError if the installed SDK lacks a name that a part needs. Imports the SDK."""
    if gone := missing(part):
        raise not_known(part, f"it has no {', '.join(gone)}")


def unknown_version(error: ImportError, part: str) -> SdkError | None:
    """Give what an import that failed means, if the reason is the SDK's version: it is there, but not as it was."""
    module = error.name or ""
    if module.partition(".")[0] != "flyte" or module == "flyte" or importlib.util.find_spec("flyte") is None:
        return None
    return not_known(part, f"{str(error).partition(' (')[0]}")


def not_known(part: str, why: str) -> SdkError:
    """Make the error for an SDK of a version that is not known here."""
    return SdkError(
        f"flyte {version() or 'of an unknown version'} is not known to this version of flyte-widgets: {why}.",
        hint=(
            f"Needed for {part}. Install a newer flyte-widgets, or a flyte that is known: "
            f"pip install 'flyte=={SEEN[-1]}'."
        ),
    )


@lru_cache(maxsize=len(NAMES))
def _is_there(wanted: PrivateName) -> bool:
    try:
        found: object = importlib.import_module(wanted.module)
        for name in wanted.name.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError):
        return False
    return True


def loaded(module: str, name: str) -> object | None:
    """Give something of the SDK if that is imported already: one that nobody imported has nothing to tell."""
    return getattr(sys.modules.get(module), name, None)
