"""What holds a secret is not written anywhere with it: Flyte pickles what a task refers to, and uploads that."""

from __future__ import annotations

import copy
import html
import json
import pickle
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import cloudpickle
import pytest

import flyte_widgets as fw
from flyte_widgets.api.auth import BearerAuth, CommandAuth, HeadersAuth
from flyte_widgets.api.config import ConnectionConfig, ConnectOptions
from flyte_widgets.api.messages_data import SignedUrl
from flyte_widgets.redaction import redact, register

SECRET = "s3cr3t-T0ken/of+some=="
HOST = "https://flyte.example/p4th-that-is-secret"
HOLDERS = {
    "client": lambda: fw.FlyteClient(HOST, auth=SECRET),
    "runs": lambda: fw.Runs(client=fw.FlyteClient(HOST, auth=SECRET)),
    "token": lambda: BearerAuth(SECRET),
    "headers": lambda: HeadersAuth({"x-key": SECRET}),
    "command": lambda: CommandAuth(["print", SECRET]),
    "configuration": lambda: ConnectionConfig.make(HOST, auth=SECRET),
    "configuration without credentials": lambda: ConnectionConfig.make(HOST),
    "options": lambda: ConnectOptions(f"https://me:{SECRET}@flyte.example/p4th", auth=SECRET, api_key=SECRET),
    "signed URL": lambda: SignedUrl(f"https://store.example/x?sig={quote(SECRET)}"),
}


@pytest.mark.parametrize("dump", [pickle.dumps, cloudpickle.dumps], ids=["pickle", "cloudpickle"])
@pytest.mark.parametrize("make", HOLDERS.values(), ids=HOLDERS)
def test_what_holds_a_secret_is_not_pickled(make: Callable[[], object], dump: Callable[[object], bytes]) -> None:
    """The error says what to do, and nothing of the secret."""
    with pytest.raises(TypeError, match="holds credentials") as caught:
        dump(make())
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("make", HOLDERS.values(), ids=HOLDERS)
def test_its_repr_does_not_show_the_secret(make: Callable[[], object]) -> None:
    """Nor the path of an endpoint, which may be as good as a password."""
    assert not any(part in repr(make()) for part in ("s3cr3t", "p4th"))


def test_a_run_is_pickled_by_its_reference() -> None:
    """Without the client that it was made with."""
    run = fw.Run("r1", client=fw.FlyteClient(HOST, auth=SECRET), project="p", domain="d")
    dumped = cloudpickle.dumps(run)
    assert b"s3cr3t" not in dumped
    assert b"flyte.example" not in dumped


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_client_is_the_client(copied: Callable[[object], object]) -> None:
    """It is one connection, however often it is held."""
    client = fw.FlyteClient(HOST, auth=SECRET)
    assert copied(client) is client


FORMS: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "HTML": html.escape,
    "a path": quote,
    "a query": quote_plus,
    "escaped in lower case": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "Python": lambda text: repr(text)[1:-1],
}


@pytest.mark.parametrize("secret", [SECRET, "pa55'wörd<\"&of\\me"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_is_redacted_in_whatever_form_it_is_repeated(secret: str, form: Callable[[str], str]) -> None:
    """A login page, a proxy or a server's own error escapes what it was given, each in its way."""
    register(secret)
    assert redact(f"You sent <{form(secret)}>.") == "You sent <[redacted]>."
