"""The messages of DataProxyService that are read, and of ClusterService, which says where to send them.

Literals stay as the backend wrote them (`msgspec.Raw`): `run.literals` makes Python values of them, and a rerun sends
them back unchanged. A `Raw` keeps the whole answer that it is part of in memory: `copy()` those that are kept for long.

Source: flyteidl2 2.0.51, `dataproxy/dataproxy_service.proto`, `logs/dataplane/payload.proto`,
`task/common.proto`, `cluster/payload.proto`.
"""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from flyte_widgets.api.protojson import EnumWire, Message
from flyte_widgets.redaction import HoldsSecret, register

NO_VALUE: Final = msgspec.Raw(b"{}")
"""An empty message, as protojson writes it."""
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)")
_SECRET_PARAMETER = re.compile(r"sig|token|credential|secret|key", re.IGNORECASE)


class LogLine(Message, frozen=True):
    """`LogLine`. `message` may end with a line end (hosted backends), and hold carriage returns (progress bars)."""

    timestamp: str = ""
    message: str = ""
    originator: EnumWire = None
    """USER or SYSTEM; None where the backend does not know."""

    @property
    def time_ns(self) -> int | None:
        """When the line was written, nanoseconds since the epoch; None where the backend does not say.

        Not a `datetime`: two lines are often written within a microsecond, and a replayed line is recognised by this.
        """
        found = _TIMESTAMP.fullmatch(self.timestamp)
        if found is None:
            return None
        seconds = _epoch_seconds(found[1] + ("+00:00" if found[3] == "Z" else found[3]))
        return None if seconds is None else seconds * 1_000_000_000 + int((found[2] or "0").ljust(9, "0"))


@functools.lru_cache(maxsize=64)
def _epoch_seconds(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return None


class LogContainer(Message, frozen=True):
    """`ContainerIdentifier`. Open-source backends leave it empty."""

    kubernetes_pod_name: str = ""
    kubernetes_container_name: str = ""


class ContainerLogs(Message, frozen=True):
    """`TailLogsResponse.Logs`: some lines of one container, in order."""

    lines: tuple[LogLine, ...] = ()
    container: LogContainer = LogContainer()


class TailLogsResponse(Message, frozen=True):
    """One message of TailLogs."""

    logs: tuple[ContainerLogs, ...] = ()


class NamedLiteral(Message, frozen=True):
    """`task.NamedLiteral`."""

    name: str = ""
    value: msgspec.Raw = NO_VALUE


class KeyValue(Message, frozen=True):
    """`core.KeyValuePair`."""

    key: str = ""
    value: str = ""


class Inputs(Message, frozen=True, omit_defaults=True):
    """`task.Inputs`, in the order of the call. `context` is the run's custom context."""

    literals: tuple[NamedLiteral, ...] = ()
    context: tuple[KeyValue, ...] = ()


class Outputs(Message, frozen=True):
    """`task.Outputs`: named o0, o1 and so on."""

    literals: tuple[NamedLiteral, ...] = ()


class ActionData(Message, frozen=True):
    """Answer of GetActionData. What does not exist (yet) is empty."""

    inputs: Inputs = Inputs()
    outputs: Outputs = Outputs()
    inputs_uri: str = ""
    outputs_uri: str = ""


class DataUris(Message, frozen=True):
    """Answer of GetActionDataURIs."""

    inputs_uri: str = ""
    outputs_uri: str = ""


class PreSignedUrls(Message, frozen=True):
    """`PreSignedURLs`. Secret: whoever has one of them may read."""

    signed_url: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PreSignedUrls({len(self.signed_url)} of them)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("count", len(self.signed_url))]


class CreateDownloadLinkResponse(Message, frozen=True):
    """Answer of CreateDownloadLink."""

    pre_signed_urls: PreSignedUrls = PreSignedUrls()


class SelectClusterResponse(Message, frozen=True):
    """Answer of SelectCluster. Nothing in it: the endpoint that was asked serves the call itself."""

    cluster_endpoint: str = ""
    cluster: str = ""


class SignedUrl(HoldsSecret):
    """A link that gives whoever has it the right to read one object, for some time.

    A secret: its repr shows the host only, and the link is registered for redaction. `reveal()` gives it for a request.
    """

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        self._url = url
        query = url.partition("?")[2].partition("#")[0]
        register(url, query, *(value for name, value in parse_qsl(query) if _SECRET_PARAMETER.search(name)))

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        try:
            return urlsplit(self._url).netloc.rpartition("@")[2]
        except ValueError:
            return ""

    def reveal(self) -> str:
        """Give the link itself. Never for a message, a trait or a log."""
        return self._url

    def __repr__(self) -> str:
        return f"SignedUrl({self.host!r})"
