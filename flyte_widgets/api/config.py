"""Where endpoint, org, project, domain and credentials come from.

`discover()` asks, in this order: `flyte.init()` if it has been called, FLYTE_API_KEY, the environment, the SDK's
configuration file, and what the backend gives to the pods of its tasks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

import httpx

from flyte_widgets.api.api_key import parse_api_key
from flyte_widgets.api.auth import AuthLike, SdkAuth, auth_from
from flyte_widgets.api.endpoint import org_of, parse_endpoint
from flyte_widgets.api.login import configured_login
from flyte_widgets.api.oauth import ClientSecretAuth, LoginService
from flyte_widgets.api.settings import Settings
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError
from flyte_widgets.redaction import HoldsSecret
from flyte_widgets.sdk import session as sdk


@dataclass(frozen=True)
class ConnectionConfig(HoldsSecret):
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


@dataclass(frozen=True)
class ConnectOptions(HoldsSecret):
    """What a user gives to `connect()`; "" and None where nothing was given."""

    endpoint: str | None = field(default=None, repr=False)
    org: str = ""
    project: str = ""
    domain: str = ""
    auth: AuthLike = field(default=None, repr=False)
    api_key: str = field(default="", repr=False)
    insecure: bool = False
    tls: TlsSettings | None = None
    console: str | None = None


def chosen_config(given: ConnectOptions, found: ConnectionConfig | None) -> ConnectionConfig:
    """Complete what was given with what `discover()` found: credentials only for the endpoint that they are for.

    Raises ConfigError where there is neither.
    """
    project = given.project or (found.project if found else "")
    domain = given.domain or (found.domain if found else "")
    if given.api_key:
        if given.endpoint is not None or given.auth is not None:
            raise ConfigError("An API key holds endpoint and credentials.", hint="Give it alone, or those without it.")
        return from_api_key(
            given.api_key, org=given.org, project=project, domain=domain, tls=given.tls, console=given.console
        )
    base = found if given.endpoint is None else ConnectionConfig.make(given.endpoint, insecure=given.insecure)
    if base is None:
        raise not_configured_error()
    own = found if found is not None and found.endpoint == base.endpoint else base
    return replace(
        base,
        org=given.org or own.org,
        project=project,
        domain=domain,
        auth=auth_from(given.auth) or base.auth or own.auth,
        tls=given.tls or own.tls,
        console=base.console if given.console is None else given.console,
    )


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
    found = _from_sdk()
    if found is not None:
        return found
    settings = Settings.read()
    return _from_api_key(settings) or _from_settings(settings) or _from_pod(settings)


def from_api_key(
    text: str,
    *,
    org: str = "",
    project: str = "",
    domain: str = "",
    tls: TlsSettings | None = None,
    console: str | None = None,
    scopes: tuple[str, ...] = (),
    source: str = "fw.connect()",
) -> ConnectionConfig:
    """Make a connection of an API key. Raises ConfigError."""
    key = parse_api_key(text)
    service = LoginService(parse_endpoint(key.endpoint).url, tls or TlsSettings())
    return ConnectionConfig.make(
        key.endpoint,
        org=key.org or org,
        project=project,
        domain=domain,
        auth=ClientSecretAuth(service, key.client_id, key.client_secret, scopes=scopes),
        tls=tls,
        console=console,
        source=source,
    )


def _from_sdk() -> ConnectionConfig | None:
    session = sdk.initialised_session()
    if session is None:
        return None
    tls = TlsSettings(ca_cert_pem=session.ca_cert_pem, insecure_skip_verify=session.insecure_skip_verify)
    auth: AuthLike = session.headers
    if session.authenticators:
        auth = SdkAuth(session.authenticators, header=LoginService(parse_endpoint(session.endpoint).url, tls).header)
    return ConnectionConfig.make(
        session.endpoint,
        org=session.org,
        project=session.project,
        domain=session.domain,
        auth=auth,
        tls=tls,
        source="flyte.init()",
    )


def _from_api_key(settings: Settings) -> ConnectionConfig | None:
    """Read FLYTE_API_KEY, which beats the endpoint of any file, as in the SDK's command line."""
    text = os.environ.get("FLYTE_API_KEY")
    if not text:
        return None
    return _of_key(text, settings, settings.text("task.project"), settings.text("task.domain"), "FLYTE_API_KEY")


def _of_key(text: str, settings: Settings, project: str, domain: str, source: str) -> ConnectionConfig:
    return from_api_key(
        text,
        org=settings.text("task.org"),
        project=project,
        domain=domain,
        tls=_tls(settings),
        scopes=settings.texts("admin.scopes"),
        source=source,
    )


def _from_settings(settings: Settings) -> ConnectionConfig | None:
    """Read the environment and the first configuration file: key by key, the environment wins."""
    endpoint = settings.text("admin.endpoint")
    if not endpoint:
        return None
    from_file = settings.path is not None and not os.environ.get("FLYTE_ADMIN_ENDPOINT")
    insecure, tls = settings.flag("admin.insecure"), _tls(settings)
    url = _endpoint_of(settings.where("admin.endpoint"), endpoint, insecure=insecure)
    return ConnectionConfig.make(
        endpoint,
        insecure=insecure,
        org=settings.text("task.org"),
        project=settings.text("task.project"),
        domain=settings.text("task.domain"),
        auth=configured_login(settings, url, tls),
        tls=tls,
        source=f"the SDK's configuration file {settings.path}" if from_file else "FLYTE_ADMIN_ENDPOINT",
    )


def _from_pod(settings: Settings) -> ConnectionConfig | None:
    """Read what a task's pod is given, for a notebook that runs in one. As the SDK's `init_in_cluster`."""
    project = settings.text("task.project", "FLYTE_INTERNAL_EXECUTION_PROJECT")
    domain = settings.text("task.domain", "FLYTE_INTERNAL_EXECUTION_DOMAIN")
    key = os.environ.get("_UNION_EAGER_API_KEY") or os.environ.get("EAGER_API_KEY")
    endpoint = os.environ.get("_U_EP_OVERRIDE", "")
    source = "the pod of a task"
    if key and not settings.text("admin.authType", "FLYTE_AUTH_TYPE"):
        return _of_key(key, settings, project, domain, source)
    if not endpoint:
        return None
    insecure = settings.flag("admin.insecure", "_U_INSECURE") or "localhost" in endpoint or "docker" in endpoint
    tls = _tls(settings)
    url = _endpoint_of("_U_EP_OVERRIDE", endpoint, insecure=insecure)
    return ConnectionConfig.make(
        endpoint,
        insecure=insecure,
        org=settings.text("task.org", "_U_ORG_NAME"),
        project=project,
        domain=domain,
        auth=configured_login(settings, url, tls),
        tls=tls,
        source=source,
    )


def _endpoint_of(where: str, text: str, *, insecure: bool) -> str:
    """Read an endpoint that stands in a variable or file, which an error names."""
    try:
        return parse_endpoint(text, insecure=insecure).url
    except ConfigError as error:
        raise ConfigError(f"{where}: {error.message}", hint=error.hint) from None


def _tls(settings: Settings) -> TlsSettings:
    ca_cert_file = settings.text("admin.caCertFilePath") or None
    # As in the SDK: where a CA is given, it is asked.
    skip = not ca_cert_file and settings.flag("admin.insecureSkipVerify", "_U_INSECURE_SKIP_VERIFY")
    return TlsSettings(ca_cert_file=ca_cert_file, insecure_skip_verify=skip)
