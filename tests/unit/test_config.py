"""What is found where: the SDK's files and environment, held against the SDK's own reading of them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flyte_widgets.api.api_key import parse_api_key
from flyte_widgets.api.auth import BearerAuth, CombinedAuth, CommandAuth, HeadersAuth, SdkAuth
from flyte_widgets.api.config import ConnectionConfig, discover, from_api_key, not_configured_error
from flyte_widgets.api.oauth import ClientSecretAuth
from flyte_widgets.api.tls import TlsSettings
from flyte_widgets.errors import ConfigError
from flyte_widgets.sdk.session import BrowserLogin


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and a working directory in a git repository, with nothing configured."""
    for name in [
        name
        for name in os.environ
        if name.startswith(("FLYTE_", "_U_")) or name in ("UCTL_CONFIG", "FLYTECTL_CONFIG", "EAGER_API_KEY")
    ]:
        monkeypatch.delenv(name)
    home, work = tmp_path / "home", tmp_path / "repo" / "deep"
    home.mkdir()
    work.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(work)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found() -> ConnectionConfig:
    config = discover()
    assert config is not None
    return config


def sdk_reads() -> dict[str, object]:
    """What the SDK itself makes of the present files and environment, in a process of its own."""
    code = (
        "import flyte.config, json; c = flyte.config.auto(); "
        "print(json.dumps([c.platform.endpoint, c.task.org, c.task.project, c.task.domain, c.platform.command, "
        "c.platform.client_id, c.platform.client_credentials_secret, c.platform.scopes, c.platform.auth_mode]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ["endpoint", "org", "project", "domain", "command", "client_id", "secret", "scopes", "auth_mode"]
    return dict(zip(names, json.loads(done.stdout), strict=True))


def test_nothing_is_nothing() -> None:
    """Without files and environment there is no connection, and the error names the three ways out."""
    assert discover() is None
    text = str(not_configured_error())
    assert all(way in text for way in ("flyte.init(", "fw.connect(", "fw.local.start("))


def test_the_search_order_is_the_sdks(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file in turn, the last in the order first: every new one wins over those before it, here as in the SDK."""
    places = [
        place / "home/.flyte/config.yaml",
        place / "home/.union/config.yaml",
        place / "flytectl.yaml",
        place / "uctl.yaml",
        place / "repo/.flyte/config.yaml",
        place / "repo/deep/.flyte/config.yaml",
        place / "repo/deep/config.yaml",
    ]
    for number, path in enumerate(places):
        write(path, f"admin: {{endpoint: 'h{number}'}}\ntask: {{project: p{number}, domain: d, org: o}}\n")
        if path.name == "flytectl.yaml":
            monkeypatch.setenv("FLYTECTL_CONFIG", str(path))
        if path.name == "uctl.yaml":
            monkeypatch.setenv("UCTL_CONFIG", str(path))
        config = found()
        assert (config.endpoint, config.project, config.domain, config.org) == (
            f"https://h{number}",
            f"p{number}",
            "d",
            "o",
        )
        assert "configuration file" in config.source
        if number in (0, 1, 3, 4, 6):
            assert sdk_reads()["endpoint"] == f"h{number}"


def test_the_environment_wins_key_by_key_as_in_the_sdk(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable beats its key of the file; the other keys stay. An alias beats the derived name."""
    write(
        place / "home/.flyte/config.yaml",
        "admin: {endpoint: h, authType: ExternalCommand}\ntask: {project: p, domain: d}\n",
    )
    monkeypatch.setenv("FLYTE_TASK_PROJECT", "other")
    monkeypatch.setenv("FLYTE_TASK_ORG", "acme")
    monkeypatch.setenv("FLYTE_ADMIN_COMMAND", "no")
    monkeypatch.setenv("FLYTE_AUTH_COMMAND", "uctl get-token --audience 'a b'")
    config, sdk = found(), sdk_reads()
    assert (
        (config.project, config.domain, config.org)
        == ("other", "d", "acme")
        == (
            sdk["project"],
            sdk["domain"],
            sdk["org"],
        )
    )
    assert isinstance(config.auth, CommandAuth)
    assert config.auth._argv == ["uctl", "get-token", "--audience", "a b"] == sdk["command"]


def test_the_environment_counts_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK ignores it then; nobody who sets it expects that."""
    monkeypatch.setenv("FLYTE_ADMIN_ENDPOINT", "localhost:30080")
    monkeypatch.setenv("FLYTE_ADMIN_INSECURE", "true")
    assert found().endpoint == "http://localhost:30080"
    assert found().insecure
    assert found().source == "FLYTE_ADMIN_ENDPOINT"


@pytest.mark.parametrize(
    ("text", "url"), [("false", "https://h"), ("0", "https://h"), ("True", "http://h"), ("yes", "http://h")]
)
def test_false_is_false(text: str, url: str, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """The text "false" means no, from the environment and from a file; anything else than yes and no is refused."""
    monkeypatch.setenv("FLYTE_ADMIN_ENDPOINT", "h")
    monkeypatch.setenv("FLYTE_ADMIN_INSECURE", text)
    assert found().endpoint == url
    monkeypatch.delenv("FLYTE_ADMIN_INSECURE")
    write(place / "home/.flyte/config.yaml", f"admin: {{insecure: '{text}'}}\n")
    assert found().endpoint == url
    monkeypatch.setenv("FLYTE_ADMIN_INSECURE", "perhaps")
    with pytest.raises(ConfigError, match=r"^FLYTE_ADMIN_INSECURE is 'perhaps'. Write true or false"):
        discover()


def test_tls_settings_are_read(place: Path) -> None:
    """The CA file and the wish not to verify come from their keys; as in the SDK, a CA that is given is asked."""
    write(
        place / "home/.flyte/config.yaml", "admin: {endpoint: h, caCertFilePath: /ca.pem, insecureSkipVerify: true}\n"
    )
    assert found().tls == TlsSettings(ca_cert_file="/ca.pem")
    write(place / "home/.flyte/config.yaml", "admin: {endpoint: h, insecureSkipVerify: true}\n")
    assert found().tls == TlsSettings(insecure_skip_verify=True)


@pytest.mark.parametrize(
    ("admin", "kind"),
    [
        ("command: [a, b]", CommandAuth),
        ("authType: ExternalCommand, command: [a, b]", CommandAuth),
        ("authType: Pkce, command: [a, b]", SdkAuth),
        ("authType: deviceflow", SdkAuth),
        ("proxyCommand: [p]", CombinedAuth),
        ("command: [a], proxyCommand: [p]", CombinedAuth),
        ("command: [a], insecure: true", type(None)),
        ("command: [a], proxyCommand: [p], insecure: true", CommandAuth),
        ("clientId: x", SdkAuth),
        ("clientId: x, clientSecretEnvVar: TEST_SECRET", ClientSecretAuth),
        ("clientId: x, clientSecretEnvVar: TEST_SECRET, authType: Pkce", ClientSecretAuth),
        ("authType: Passthrough", HeadersAuth),
    ],
)
def test_each_kind_of_login_is_found(place: Path, monkeypatch: pytest.MonkeyPatch, admin: str, kind: type) -> None:
    """The one that the settings ask for; without TLS only the proxy gets credentials, as in the SDK."""
    monkeypatch.setenv("TEST_SECRET", "s3cret-s3cret")
    write(place / "home/.flyte/config.yaml", f"admin: {{endpoint: h, {admin}}}\n")
    assert type(found().auth) is kind


@pytest.mark.parametrize("where", ["variable", "file", "both"])
@pytest.mark.parametrize("scopes", ["[a, b]", "'a, b'", '\'["a", "b"]\''])
def test_a_client_secret_is_read_as_the_sdk_reads_it(
    place: Path, monkeypatch: pytest.MonkeyPatch, where: str, scopes: str
) -> None:
    """From the variable or the file that is named, the variable first; with id and scopes; whatever the kind is."""
    secret_file = write(place / "secret", "s3cret-in-file\n")
    monkeypatch.setenv("TEST_SECRET", "" if where == "file" else "s3cret-in-variable")
    keys = f"clientId: me, scopes: {scopes}, authType: Pkce"
    keys += "" if where == "file" else ", clientSecretEnvVar: TEST_SECRET"
    keys += "" if where == "variable" else f", clientSecretLocation: {secret_file}"
    write(place / "home/.flyte/config.yaml", f"admin: {{endpoint: h, {keys}}}\n")
    auth, sdk = found().auth, sdk_reads()
    assert isinstance(auth, ClientSecretAuth)
    assert auth._client_id == sdk["client_id"] == "me"
    expected = "s3cret-in-file" if where == "file" else "s3cret-in-variable"
    assert auth._client_secret == sdk["secret"] == expected
    assert sdk["auth_mode"] == "ClientSecret"
    assert auth._scopes == ("a", "b")
    if scopes == "[a, b]":
        assert sdk["scopes"] == ["a", "b"]


@pytest.mark.parametrize(
    ("admin", "says"),
    [
        ("authType: ClientSecret, clientId: x", "by client secret .* but there is none. Set clientSecretEnvVar"),
        ("clientSecretEnvVar: TEST_SECRET", "has no client id. Set admin.clientId"),
        ("clientSecretLocation: /no/such/file", "/no/such/file, cannot be read .No such file"),
        ("authType: ExternalCommand", "by command .* there is none. Set admin.command"),
        ("authType: Magic", "authType .* is 'Magic'. Accepted: Pkce, DeviceFlow"),
        ("command: '[\"a\"'", "admin.command .* is not a list"),
        ('command: "a \'b"', "admin.command .* is not a command line"),
    ],
)
def test_a_login_that_lacks_something_says_what(
    place: Path, monkeypatch: pytest.MonkeyPatch, admin: str, says: str
) -> None:
    """At once, and not at the first call."""
    monkeypatch.setenv("TEST_SECRET", "s3cret-s3cret")
    write(place / "home/.flyte/config.yaml", f"admin: {{endpoint: h, {admin}}}\n")
    with pytest.raises(ConfigError, match=says) as caught:
        discover()
    assert "s3cret" not in str(caught.value)
    assert "command: a" not in repr(caught.value.__context__)


def test_the_browser_login_knows_its_settings(place: Path) -> None:
    """Kind, scopes, keyring and CA go to the SDK's authenticator."""
    write(
        place / "home/.flyte/config.yaml",
        "admin: {endpoint: h, authType: DeviceFlow, scopes: [a], disableKeyring: true, caCertFilePath: /ca.pem}\n",
    )
    auth = found().auth
    assert isinstance(auth, SdkAuth)
    login = auth._authenticators
    assert isinstance(login, BrowserLogin)
    assert (login.kind, login.scopes, login.disable_keyring) == ("DeviceFlow", ("a",), True)
    assert (login.service.endpoint, login.service.tls.ca_cert_file) == ("https://h", "/ca.pem")


def test_the_same_settings_are_the_same_connection(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Discovered twice, they are equal, credentials included; another secret makes another connection."""
    monkeypatch.setenv("TEST_SECRET", "s3cret-s3cret")
    for admin in ("", "command: [a]", "clientId: x, clientSecretEnvVar: TEST_SECRET", "proxyCommand: [p]"):
        write(place / "home/.flyte/config.yaml", f"admin: {{endpoint: 'u:s3cret@h', {admin}}}\n")
        assert found() == found()
        assert hash(found()) == hash(found())
    before = ConnectionConfig.make("h", auth="token-one")
    assert before == ConnectionConfig.make("h", auth="token-one")
    assert before != ConnectionConfig.make("h", auth="token-two")
    assert before != ConnectionConfig.make("h", auth={"authorization": "Bearer token-one"})


def key(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("acme.example.com:id:s3cret:acme", ("acme.example.com", "id", "s3cret", "acme")),
        ("h:id:s3cret:", ("h", "id", "s3cret", "")),
        ("h:id:s3cret:None", ("h", "id", "s3cret", "")),
        ("h:123:s3cret:org", ("h", "123", "s3cret", "org")),
        ("h:8443:id:s3cret:org", ("h:8443", "id", "s3cret", "org")),
        ("h:8443/base:id:s3cret:org", ("h:8443/base", "id", "s3cret", "org")),
        ("https://h:id:s3cret:org", ("https://h", "id", "s3cret", "org")),
        ("https://h:8443:id:s3cret:org", ("https://h:8443", "id", "s3cret", "org")),
        ("dns:///h:8443:id:s3cret:org", ("dns:///h:8443", "id", "s3cret", "org")),
        ("[::1]:8443:id:s3cret:org", ("[::1]:8443", "id", "s3cret", "org")),
        ("h:id:s3:cr:et:org", ("h", "id", "s3:cr:et", "org")),
    ],
)
def test_api_keys_are_read(text: str, parts: tuple[str, ...]) -> None:
    """With scheme, port and path, and colons in the secret; in base64 of either alphabet, padded or not."""
    assert parse_api_key(key(text)) == parts
    assert parse_api_key(key(text).rstrip("=") + "\n") == parts
    assert parse_api_key(base64.urlsafe_b64encode(text.encode()).decode()) == parts
    assert "s3cret" not in repr(parse_api_key(key(text)))


@pytest.mark.parametrize("text", ["h:8443:s3cret-x", "s3cret-x", "", ":a:s3cret-x:c", "h::s3cret-x:o"])
def test_a_bad_api_key_is_refused_without_being_shown(text: str) -> None:
    """Neither the key nor what is in it stands in the error, nor in what caused it."""
    for bad in (key(text), text, key(text) + "é"):
        with pytest.raises(ConfigError, match="API key cannot be read") as caught:
            parse_api_key(bad)
        assert "s3cret" not in str(caught.value)
        assert caught.value.__context__ is None


def test_an_api_key_beats_the_files_endpoint_and_reads_as_in_the_sdk(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endpoint, org and credentials come from the key, project and domain from the file."""
    from flyte.remote._client.auth._auth_utils import decode_api_key

    text = key("acme.example.com:id:s3cret-x:theirs")
    write(place / "home/.flyte/config.yaml", "admin: {endpoint: h}\ntask: {project: p, domain: d, org: o}\n")
    monkeypatch.setenv("FLYTE_API_KEY", text)
    config, auth = found(), found().auth
    assert (config.project, config.domain, config.source) == ("p", "d", "FLYTE_API_KEY")
    assert isinstance(auth, ClientSecretAuth)
    read = (config.endpoint.removeprefix("https://"), auth._client_id, auth._client_secret, config.org)
    assert read == decode_api_key(text)
    given = from_api_key(text, project="p", domain="d")
    assert (given.endpoint, given.org, given.source) == (config.endpoint, config.org, "fw.connect()")


def test_a_tasks_pod_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the backend gives to its tasks is enough for a notebook in one: endpoint or key, org, project, domain."""
    monkeypatch.setenv("_U_EP_OVERRIDE", "host.docker.internal:8090")
    monkeypatch.setenv("_U_ORG_NAME", "acme")
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_PROJECT", "p")
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_DOMAIN", "d")
    config = found()
    assert (config.endpoint, config.org, config.project, config.domain, config.auth) == (
        "http://host.docker.internal:8090", "acme", "p", "d", None,
    )  # fmt: skip
    monkeypatch.setenv("EAGER_API_KEY", key("h:8443:id:s3cret-x:org"))
    config = found()
    assert (config.endpoint, config.org, config.project, type(config.auth)) == (
        "https://h:8443", "org", "p", ClientSecretAuth,
    )  # fmt: skip
    monkeypatch.setenv("FLYTE_ADMIN_ENDPOINT", "mine")
    assert found().endpoint == "https://mine"


@pytest.mark.parametrize("text", ["model: {layers: 3}\n", "- a\n- b\n", "", "{{ jinja }}: [", "admin: yes\n"])
def test_a_config_yaml_that_is_not_flytes_is_passed_over(place: Path, text: str) -> None:
    """`./config.yaml` is a common name: the next file counts."""
    write(place / "repo/deep/config.yaml", text)
    assert discover() is None
    write(place / "home/.flyte/config.yaml", "admin: {endpoint: h}\n")
    assert found().endpoint == "https://h"


def test_a_file_that_is_flytes_must_be_readable(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken or missing file is an error that names it and the line, and does not repeat what is in it."""
    path = write(place / "home/.flyte/config.yaml", "admin:\n  endpoint: h\n  clientSecret: [s3cret\nx: y\n")
    with pytest.raises(ConfigError, match=r"config\.yaml, line \d+, is not YAML") as caught:
        discover()
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    monkeypatch.setenv("FLYTECTL_CONFIG", str(place / "missing.yaml"))
    with pytest.raises(ConfigError, match=r"missing\.yaml cannot be read .*FLYTECTL_CONFIG"):
        discover()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLYTE_ADMIN_ENDPOINT", "ftp://flyte.example"),
        ("FLYTE_ADMIN_ENDPOINT", "https://s3cret-s3cret@"),
        ("FLYTE_ADMIN_INSECURE", "perhaps"),
        ("FLYTE_ADMIN_INSECURESKIPVERIFY", "perhaps"),
        ("FLYTE_ADMIN_DISABLEKEYRING", "perhaps"),
        ("FLYTE_ADMIN_AUTHTYPE", "Magic"),
        ("FLYTE_AUTH_TYPE", "Magic"),
        ("FLYTE_ADMIN_COMMAND", "say 's3cret-s3cret"),
        ("FLYTE_AUTH_COMMAND", '["s3cret-s3cret"'),
        ("FLYTE_AUTH_PROXY_COMMAND", "say 's3cret-s3cret"),
        ("FLYTE_ADMIN_SCOPES", '["s3cret-s3cret"'),
        ("FLYTE_ADMIN_CLIENTSECRETLOCATION", "/no/such/file"),
        ("FLYTE_API_KEY", "s3cret-s3cret"),
        ("UCTL_CONFIG", "/no/such/file"),
        ("FLYTECTL_CONFIG", "/no/such/file"),
        ("_U_EP_OVERRIDE", "ftp://flyte.example"),
        ("_U_INSECURE", "perhaps"),
        ("_U_INSECURE_SKIP_VERIFY", "perhaps"),
    ],
)
def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Each variable that is read, with a value that makes no sense: its name is said, and no secret."""
    monkeypatch.setenv("_U_EP_OVERRIDE" if name.startswith("_U_") else "FLYTE_ADMIN_ENDPOINT", "flyte.example")
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as caught:
        discover()
    assert "s3cret" not in str(caught.value)
    assert caught.value.hint or "is not" in caught.value.message


def test_wrong_types_are_named(place: Path) -> None:
    """A key that holds the wrong kind of thing is said by its name."""
    write(place / "home/.flyte/config.yaml", "admin: {endpoint: [a, b]}\n")
    with pytest.raises(ConfigError, match=r"admin.endpoint .* has the type list"):
        discover()


def test_looking_does_not_import_the_sdk() -> None:
    """The SDK takes a second to import, and is optional: this room alone neither needs nor loads it."""
    code = (
        "import sys, types; package = types.ModuleType('flyte_widgets'); package.__path__ = [sys.argv[1]]; "
        "sys.modules['flyte_widgets'] = package; from flyte_widgets.api.config import discover; discover(); "
        "sys.exit('flyte' in sys.modules)"
    )
    package = Path(__file__).parents[2] / "flyte_widgets"
    subprocess.run([sys.executable, "-c", code, str(package)], check=True)


def test_the_repr_has_no_secret() -> None:
    """Host, project, domain and source; not the path, the user, the token."""
    config = ConnectionConfig.make("http://us3r:s3cret@h:1/hidden", project="p", domain="d", auth="t0ken")
    assert repr(config) == "ConnectionConfig('h:1', project='p', domain='d', from fw.connect())"


def test_connecting_takes_what_is_given_and_the_rest_from_the_configuration(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's credentials go to the SDK's endpoint and to no other; an API key is endpoint and credentials."""
    from flyte_widgets.watch import backends

    write(
        place / "home/.flyte/config.yaml",
        "admin: {endpoint: h, command: [a], caCertFilePath: /ca.pem}\ntask: {project: p, domain: d, org: o}\n",
    )
    made: list[ConnectionConfig] = []
    kept = backends.FlyteClient.from_config
    monkeypatch.setattr(backends.FlyteClient, "from_config", lambda config: made.append(config) or kept(config))
    (place / "ca.pem").write_text("")

    def connected(*args: str, **kwargs: str) -> ConnectionConfig:
        client = backends.connect(*args, **kwargs)  # type: ignore[arg-type]
        backends.unset_default(client)
        return made[-1]

    same = connected("dns:///h", domain="mine")
    assert (same.project, same.domain, same.org, same.tls.ca_cert_file) == ("p", "mine", "o", "/ca.pem")
    assert isinstance(same.auth, CommandAuth)
    assert connected("other").auth is None
    assert isinstance(connected("h", auth="token-token").auth, BearerAuth)
    keyed = connected(api_key=key("other:8443:id:s3cret-x:acme"))
    assert (keyed.endpoint, keyed.org, keyed.project) == ("https://other:8443", "acme", "p")
    assert isinstance(keyed.auth, ClientSecretAuth)
    with pytest.raises(ConfigError, match="holds endpoint and credentials"):
        backends.connect("h", api_key=key("other:id:s3cret-x:acme"))
