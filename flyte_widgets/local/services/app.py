"""The ASGI application: everything behind one secret path, on top of flyteidl2's generated applications.

    /SECRET/flyteidl2.<package>.<Service>/<Method>   Flyte's API
    /SECRET/data/<path>                              uploads: PUT and GET
    /SECRET/report/<run>/<action>/<attempt>          GET: a report, as it is now
    /SECRET/simulate                                 POST: start a simulated run (`simulator`); GET: say where it is

Anything else, a wrong secret included, is 404 with an empty body. No CORS headers: only programs speak to this.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.auth.auth_service_connect import AuthMetadataServiceASGIApplication
from flyteidl2.auth.identity_connect import IdentityServiceASGIApplication
from flyteidl2.cluster.service_connect import ClusterServiceASGIApplication
from flyteidl2.dataproxy.dataproxy_service_connect import DataProxyServiceASGIApplication
from flyteidl2.project.project_service_connect import ProjectServiceASGIApplication
from flyteidl2.workflow.run_service_connect import RunServiceASGIApplication
from flyteidl2.workflow.tracked_run_service_connect import TrackedRunServiceASGIApplication

from flyte_widgets.errors import LocalError
from flyte_widgets.local.services.changes import Wakeup, current_wakeup
from flyte_widgets.local.services.cluster import (
    AuthMetadataHandlers,
    ClusterHandlers,
    IdentityHandlers,
    ProjectHandlers,
)
from flyte_widgets.local.services.content import Contents
from flyte_widgets.local.services.control import Control
from flyte_widgets.local.services.data_service import (
    MAX_UPLOAD_BYTES,
    REPORT_PREFIX,
    UPLOAD_PREFIX,
    DataProxyHandlers,
)
from flyte_widgets.local.services.json_codec import compact
from flyte_widgets.local.services.launching import Launchers
from flyte_widgets.local.services.run_service import RunServiceHandlers
from flyte_widgets.local.services.store import Store
from flyte_widgets.local.services.tracked import TrackedRunServiceHandlers

MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024
REPORT_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
    " img-src data:; font-src data:"
)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Simulate = Callable[[dict[str, Any]], str]


class BodyTooLargeError(ConnectError):
    """The client sends more than it may. The generated applications turn it into their own answer."""

    def __init__(self, limit: int) -> None:
        super().__init__(Code.RESOURCE_EXHAUSTED, f"The embedded backend takes at most {limit} bytes here.")


class LocalApp:
    """The application. `simulate` starts a simulated run from the JSON of a POST and returns its name."""

    def __init__(
        self,
        store: Store,
        control: Control,
        contents: Contents,
        launchers: Launchers,
        *,
        secret: str,
        base_url: str,
        home: tuple[str, str],
        simulate: Simulate,
    ) -> None:
        self._store = store
        self._data_proxy = DataProxyHandlers(store, contents, base_url)
        self._secret = secret.encode()
        self._home = home
        self._simulate = simulate
        self._open: set[Wakeup] = set()
        services = [
            RunServiceASGIApplication(RunServiceHandlers(store, control, launchers), read_max_bytes=MAX_MESSAGE_BYTES),
            TrackedRunServiceASGIApplication(
                TrackedRunServiceHandlers(store, control), read_max_bytes=MAX_MESSAGE_BYTES
            ),
            ClusterServiceASGIApplication(ClusterHandlers(), read_max_bytes=MAX_MESSAGE_BYTES),
            AuthMetadataServiceASGIApplication(AuthMetadataHandlers(), read_max_bytes=MAX_MESSAGE_BYTES),
            IdentityServiceASGIApplication(IdentityHandlers(), read_max_bytes=MAX_MESSAGE_BYTES),
            ProjectServiceASGIApplication(ProjectHandlers(*home), read_max_bytes=MAX_MESSAGE_BYTES),
            DataProxyServiceASGIApplication(self._data_proxy, read_max_bytes=MAX_MESSAGE_BYTES),
        ]
        self._services: dict[str, Any] = {service.path: compact(service) for service in services}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        secret, _, rest = scope["path"].removeprefix("/").partition("/")
        if scope["type"] != "http" or not hmac.compare_digest(secret.encode(), self._secret):
            await _answer(send, 404)
            return
        path = "/" + rest
        wakeup = Wakeup()
        self._open.add(wakeup)
        token = current_wakeup.set(wakeup)
        try:
            await self._serve(path, {**scope, "path": path, "root_path": ""}, _watched(receive, wakeup), send)
        except BodyTooLargeError:
            await _answer(send, 413)
        finally:
            current_wakeup.reset(token)
            self._open.discard(wakeup)

    def end_streams(self) -> None:
        """Let all open streams end, so that they do not hold up a shutdown."""
        for wakeup in list(self._open):
            wakeup.wake(over=True)

    async def _serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._services.get(path.rpartition("/")[0])
        if service is not None:
            await service(scope, _bounded(receive, MAX_MESSAGE_BYTES), send)
        elif path.startswith(UPLOAD_PREFIX):
            await self._data(unquote(path.removeprefix(UPLOAD_PREFIX)), scope["method"], receive, send)
        elif path.startswith(REPORT_PREFIX) and scope["method"] == "GET":
            await _answer_report(send, self._data_proxy.report_at(unquote(path.removeprefix(REPORT_PREFIX))))
        elif path == "/simulate" and scope["method"] == "POST":
            await self._start_simulation(receive, send)
        elif path == "/simulate" and scope["method"] == "GET":
            home = json.dumps(dict(zip(("project", "domain"), self._home, strict=True)))
            await _answer(send, 200, home.encode(), content_type="application/json")
        else:
            await _answer(send, 404)

    async def _data(self, path: str, method: str, receive: Receive, send: Send) -> None:
        if method == "PUT":
            self._store.put_upload(path, await _body(_bounded(receive, MAX_UPLOAD_BYTES)))
            await _answer(send, 200)
        elif method == "GET" and path.endswith(".html"):
            await _answer_report(send, self._store.get_upload(path))
        elif method == "GET" and (body := self._store.get_upload(path)) is not None:
            await _answer(send, 200, body, content_type="application/octet-stream", content_security_policy="sandbox")
        else:
            await _answer(send, 404)

    async def _start_simulation(self, receive: Receive, send: Send) -> None:
        try:
            request = json.loads(await _body(_bounded(receive, MAX_MESSAGE_BYTES)) or b"{}")
            status, answer = 200, {"name": self._simulate(request)}
        except (ValueError, TypeError, LocalError) as error:
            status, answer = 400, {"message": str(error)}
        await _answer(send, status, json.dumps(answer).encode(), content_type="application/json")


def _watched(receive: Receive, wakeup: Wakeup) -> Receive:
    """Tell the request's wake-up when the client has gone: the generated application notices only at its next send."""

    async def receive_and_watch() -> dict[str, Any]:
        message = await receive()
        if message["type"] == "http.disconnect":
            wakeup.wake(over=True)
        return message

    return receive_and_watch


def _bounded(receive: Receive, limit: int) -> Receive:
    """Refuse a body above `limit` bytes while it comes in, whatever its headers say."""
    size = 0

    async def receive_bounded() -> dict[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise BodyTooLargeError(limit)
        return message

    return receive_bounded


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has gone")
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _answer_report(send: Send, body: bytes | None) -> None:
    """Send a report. It is HTML written by a task: its tabs work, but it reaches neither this origin nor the web."""
    if body is None:
        await _answer(send, 404)
    else:
        kind = "text/html; charset=utf-8"
        await _answer(send, 200, body, content_type=kind, content_security_policy=REPORT_POLICY)


async def _answer(send: Send, status: int, body: bytes = b"", **headers: str) -> None:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    fixed = [(b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
    with suppress(RuntimeError):  # an answer was begun before the body proved too large
        await send({"type": "http.response.start", "status": status, "headers": named + fixed})
        await send({"type": "http.response.body", "body": body})
