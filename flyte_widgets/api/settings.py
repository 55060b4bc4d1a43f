"""The SDK's configuration as text: its environment variables, and the first of its configuration files.

Follows flyte 2.12 in names and order, but not in three of its slips: the environment counts without a file, the text
"false" is false, and a `./config.yaml` that is not Flyte's is passed over.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from flyte_widgets.errors import ConfigError

_SECTIONS = ("admin", "console", "task", "local", "image")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Settings:
    """Settings by their key in the file (`admin.endpoint`): the environment first, then the file.

    `path` is the file, None where there is none. What is wrong in it is a ConfigError that names the key.
    """

    def __init__(self, path: Path | None, document: Mapping[str, Any]) -> None:
        self.path = path
        self._document = document

    @classmethod
    def read(cls) -> Settings:
        """Read the first configuration file there is."""
        return cls(*_first_file())

    def __repr__(self) -> str:
        return f"Settings({str(self.path) if self.path else None!r})"

    def text(self, key: str, *aliases: str) -> str:
        """Give a text; "" where it is not set."""
        value = self._find(key, aliases)
        if value is not None and not isinstance(value, (str, int, float)):
            raise ConfigError(f"{self.where(key, *aliases)} has the type {type(value).__name__}. A text is needed.")
        return "" if value is None else str(value).strip()

    def flag(self, key: str, *aliases: str) -> bool:
        """Give a yes or no; the text "false" is no."""
        text = self.text(key, *aliases).lower()
        if text and text not in _TRUE + _FALSE:
            raise ConfigError(f"{self.where(key, *aliases)} is {text!r}.", hint="Write true or false.")
        return text in _TRUE

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts: a list, a JSON list, or words with commas or spaces between them."""
        value = self._find(key, ())
        if isinstance(value, str):
            is_json = value.lstrip().startswith("[")
            value = _json_list(self.where(key), value) if is_json else re.split(r"[,\s]+", value)
        return tuple(str(part) for part in value if part) if isinstance(value, list) else ()

    def argv(self, key: str, *aliases: str) -> list[str]:
        """Give a command: a list, a JSON list, or a line as for a shell."""
        value = self._find(key, aliases)
        if isinstance(value, str):
            where = self.where(key, *aliases)
            value = _json_list(where, value) if value.lstrip().startswith("[") else _shell_words(where, value)
        return [str(part) for part in value] if isinstance(value, list) else []

    def where(self, key: str, *aliases: str) -> str:
        """Say where a setting stands, for messages: the variable, or the key in the file."""
        variable = _variable(key, aliases)
        return variable or f"{key} in the Flyte configuration"

    def _find(self, key: str, aliases: tuple[str, ...]) -> Any:
        if variable := _variable(key, aliases):
            return os.environ[variable]
        section, _, name = key.partition(".")
        values = self._document.get(section)
        return values.get(name) if isinstance(values, dict) else None


def _variable(key: str, aliases: tuple[str, ...]) -> str:
    """Give the variable that holds a setting; "" where none does. An alias beats the derived name."""
    names = (*aliases, "FLYTE_" + key.upper().replace(".", "_"))
    return next((name for name in names if os.environ.get(name)), "")


def _json_list(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    raise ConfigError(
        f"{where} is not a list.", hint='Write it as JSON: ["uctl", "get-token"].'
    )  # out here: the cause holds the text


def _shell_words(where: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise ConfigError(f"{where} is not a command line.", hint="Close its quotes, or write a JSON list.") from None


def _first_file() -> tuple[Path | None, Mapping[str, Any]]:
    """Give the first configuration file, and what is in it."""
    for path in _candidates():
        is_certain = path != Path("config.yaml")  # a common name: it may be anybody's
        document = _load(path, is_certain=is_certain)
        if is_certain or any(isinstance(document.get(section), dict) for section in _SECTIONS):
            return path, document
    return None, {}


def _candidates() -> Iterator[Path]:
    """Give the files that exist, and those that the environment names, in the SDK's order."""
    here = [Path("config.yaml"), Path(".flyte", "config.yaml")]
    root = next((parent for parent in (Path.cwd(), *Path.cwd().parents) if (parent / ".git").exists()), None)
    if root is not None:
        here.append(root / ".flyte" / "config.yaml")
    yield from (path for path in here if path.is_file())
    yield from (Path(os.environ[name]) for name in ("UCTL_CONFIG", "FLYTECTL_CONFIG") if os.environ.get(name))
    home = [Path.home() / directory / "config.yaml" for directory in (".union", ".flyte")]
    yield from (path for path in home if path.is_file())


def _load(path: Path, *, is_certain: bool) -> Mapping[str, Any]:
    """Read a YAML file. One that cannot be read is an error if it is Flyte's. No message repeats its text."""
    what, document = "", None
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        what = f" cannot be read ({error.strerror})"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        if is_certain:
            mark = getattr(error, "problem_mark", None)
            what = f"{f', line {mark.line + 1}' if mark else ''}, is not YAML"
    if what:  # raised out here: the exceptions above repeat lines of the file
        raise ConfigError(
            f"The Flyte configuration file {path}{what}.", hint="Mend it, or check UCTL_CONFIG and FLYTECTL_CONFIG."
        )
    return document if isinstance(document, dict) else {}
