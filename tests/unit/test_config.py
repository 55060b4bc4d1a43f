"""What is found where: the SDK's files and environment, held against the SDK's own reading of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flyte_widgets.api.auth import CombinedAuth, CommandAuth
from flyte_widgets.api.config import ConnectionConfig, discover, not_configured_error
from flyte_widgets.errors import ConfigError


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and a working directory in a git repository, with nothing configured."""
    for name in [
        name for name in os.environ if name.startswith("FLYTE_") or name in ("UCTL_CONFIG", "FLYTECTL_CONFIG")
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
        "print(json.dumps([c.platform.endpoint, c.task.org, c.task.project, c.task.domain, c.platform.command]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(["endpoint", "org", "project", "domain", "command"], json.loads(done.stdout), strict=True))


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
    with pytest.raises(ConfigError, match=r"admin.insecure .* 'perhaps'. Write true or false"):
        discover()


def test_tls_settings_are_read(place: Path) -> None:
    """The CA file and the wish not to verify come from their keys."""
    write(
        place / "home/.flyte/config.yaml", "admin: {endpoint: h, caCertFilePath: /ca.pem, insecureSkipVerify: true}\n"
    )
    assert (found().tls.ca_cert_file, found().tls.insecure_skip_verify) == ("/ca.pem", True)


@pytest.mark.parametrize(
    ("admin", "kind"),
    [
        ("command: [a, b]", CommandAuth),
        ("authType: ExternalCommand, command: [a, b]", CommandAuth),
        ("authType: Pkce, command: [a, b]", type(None)),
        ("proxyCommand: [p]", CommandAuth),
        ("command: [a], proxyCommand: [p]", CombinedAuth),
        ("command: [a], insecure: true", type(None)),
        ("clientId: x", type(None)),
    ],
)
def test_commands_become_logins_over_tls_only(place: Path, admin: str, kind: type) -> None:
    """A command is used for the kind of login that it is for; without TLS nothing is sent, as in the SDK."""
    write(place / "home/.flyte/config.yaml", f"admin: {{endpoint: h, {admin}}}\n")
    assert type(found().auth) is kind


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


def test_wrong_types_are_named(place: Path) -> None:
    """A key that holds the wrong kind of thing is said by its name."""
    write(place / "home/.flyte/config.yaml", "admin: {endpoint: [a, b]}\n")
    with pytest.raises(ConfigError, match=r"admin.endpoint .* is a list"):
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
