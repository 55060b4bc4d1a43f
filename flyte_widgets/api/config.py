"""Where endpoint, org, project, domain and credentials come from.

`discover()` asks, in this order: `flyte.init()` if it has been called, the environment, the SDK's configuration file.
It follows flyte 2.12 in names and order, but not in three of its slips: the environment counts without a file, the
text "false" is false, and a `./config.yaml` that is not Flyte's is passed over.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from flyte_widgets.api import sdk
from flyte_widgets.api.auth import AuthLike, CombinedAuth, CommandAuth, SdkAuth, auth_from
from flyte_widgets.api.endpoint import org_of, parse_endpoint
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError

_SECTIONS = ("admin", "console", "task", "local", "image")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class ConnectionConfig:
    """How to reach a backend. Make it with `make()`, which reads the endpoint and checks."""

    endpoint: str
    """URL with scheme and path, without userinfo. Its path may be a secret: not for messages."""
    org: str = ""
    project: str = ""
    domain: str = ""
    auth: httpx.Auth | None = None
    tls: TlsSettings = field(default_factory=TlsSettings)
    console: str | None = None
    """Base of the console's URLs; "" where there is no console, None to derive it from the endpoint."""
    source: str = ""
    """Where this comes from, for people: "flyte.init()"."""

    @classmethod
    def make(
        cls,
        endpoint: str,
        *,
        org: str = "",
        project: str = "",
        domain: str = "",
        auth: AuthLike = None,
        insecure: bool = False,
        tls: TlsSettings | None = None,
        console: str | None = None,
        source: str = "fw.connect()",
    ) -> ConnectionConfig:
        """Read the endpoint (`endpoint.parse_endpoint`), the credentials (`auth.auth_from`); guess the org."""
        url, userinfo = parse_endpoint(endpoint, insecure=insecure)
        return cls(
            endpoint=url,
            org=org or org_of(url),
            project=project,
            domain=domain,
            auth=auth_from(auth) or userinfo,
            tls=tls or TlsSettings(),
            console=console,
            source=source,
        )

    @property
    def insecure(self) -> bool:
        """Whether the connection is without TLS."""
        return self.endpoint.startswith("http:")

    def __repr__(self) -> str:
        host = httpx.URL(self.endpoint).netloc.decode()
        return f"ConnectionConfig({host!r}, project={self.project!r}, domain={self.domain!r}, from {self.source})"


def not_configured_error() -> ConfigError:
    """Make the error for when `discover()` finds nothing."""
    return ConfigError(
        "No Flyte backend is configured.",
        hint=(
            'Call flyte.init(endpoint=...) or flyte.init_from_config(), or fw.connect(endpoint="host:port", '
            "project=..., domain=...), or try it without a backend: fw.local.start()."
        ),
    )


def discover() -> ConnectionConfig | None:
    """Find the connection that the SDK would use; None if there is none. Reads files, opens no connection."""
    return _from_sdk() or _from_environment()


def _from_sdk() -> ConnectionConfig | None:
    session = sdk.initialised_session()
    if session is None:
        return None
    return ConnectionConfig.make(
        session.endpoint,
        org=session.org,
        project=session.project,
        domain=session.domain,
        auth=SdkAuth(session.authenticators) if session.authenticators else None,
        tls=TlsSettings(ca_cert_pem=session.ca_cert_pem, insecure_skip_verify=session.insecure_skip_verify),
        source="flyte.init()",
    )


def _from_environment() -> ConnectionConfig | None:
    """Read the environment and the first configuration file: key by key, the environment wins."""
    path, document = _first_file()
    settings = _Settings(document)
    endpoint = settings.text("admin.endpoint")
    if not endpoint:
        return None
    from_file = path is not None and not os.environ.get("FLYTE_ADMIN_ENDPOINT")
    url = parse_endpoint(endpoint, insecure=settings.flag("admin.insecure")).url
    return ConnectionConfig.make(
        endpoint,
        insecure=settings.flag("admin.insecure"),
        org=settings.text("task.org"),
        project=settings.text("task.project"),
        domain=settings.text("task.domain"),
        # As in the SDK: what is configured for all goes over TLS only.
        auth=None if url.startswith("http:") else _command_auth(settings),
        tls=TlsSettings(
            ca_cert_file=settings.text("admin.caCertFilePath") or None,
            insecure_skip_verify=settings.flag("admin.insecureSkipVerify"),
        ),
        source=f"the SDK's configuration file {path}" if from_file else "FLYTE_ADMIN_ENDPOINT",
    )


def _command_auth(settings: _Settings) -> httpx.Auth | None:
    """Make the logins that are commands. All other kinds are the SDK's to do: `flyte.init_from_config()`."""
    parts = []
    kind = settings.text("admin.authType", "FLYTE_AUTH_TYPE").lower()
    command = settings.argv("admin.command", "FLYTE_AUTH_COMMAND")
    if command and kind in ("", "externalcommand"):
        parts.append(CommandAuth(command))
    proxy_command = settings.argv("admin.proxyCommand", "FLYTE_AUTH_PROXY_COMMAND")
    if proxy_command:
        parts.append(CommandAuth(proxy_command, header="proxy-authorization"))
    return CombinedAuth(*parts) if len(parts) > 1 else next(iter(parts), None)


class _Settings:
    """Settings by their key in the file (`admin.endpoint`): the environment first, then the file."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def text(self, key: str, *aliases: str) -> str:
        """Give a text; "" where it is not set."""
        value = self._find(key, aliases)
        if value is not None and not isinstance(value, (str, int, float)):
            raise ConfigError(f"{key} in the Flyte configuration is a {type(value).__name__}, not a text.")
        return "" if value is None else str(value).strip()

    def flag(self, key: str) -> bool:
        """Give a yes or no; the text "false" is no."""
        text = self.text(key).lower()
        if text and text not in _TRUE + _FALSE:
            raise ConfigError(f"{key} in the Flyte configuration is {text!r}.", hint="Write true or false.")
        return text in _TRUE

    def argv(self, key: str, *aliases: str) -> list[str]:
        """Give a command: a list, a JSON list, or a line as for a shell."""
        value = self._find(key, aliases)
        if isinstance(value, str):
            try:
                value = json.loads(value) if value.lstrip().startswith("[") else shlex.split(value)
            except ValueError:
                raise ConfigError(f"{key} in the Flyte configuration is not a command line.") from None
        return [str(part) for part in value] if isinstance(value, list) else []

    def _find(self, key: str, aliases: tuple[str, ...]) -> Any:
        for name in (*aliases, "FLYTE_" + key.upper().replace(".", "_")):
            if os.environ.get(name):
                return os.environ[name]
        section, _, name = key.partition(".")
        values = self._document.get(section)
        return values.get(name) if isinstance(values, dict) else None


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
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"The Flyte configuration file {path} cannot be read ({error.strerror})."
        raise ConfigError(what, hint="Check UCTL_CONFIG and FLYTECTL_CONFIG.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        if not is_certain:
            return {}
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"The Flyte configuration file {path}{where}, is not YAML.") from None
    return document if isinstance(document, dict) else {}
