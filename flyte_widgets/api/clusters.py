"""Which host serves a call of DataProxyService: ClusterService/SelectCluster, and whom to believe.

A hosted Flyte keeps logs and data in clusters of their own, each with an endpoint. An open-source backend answers with
the Host header that it was sent, as http:// unless a proxy told it otherwise. So an answer is followed only where that
is safe: never from https to http, and only to the endpoint's own host or one below its parent domain, because the
credentials go there too. In all other cases the call goes to the endpoint itself.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from flyte_widgets.api.connect import ConnectTransport
from flyte_widgets.api.endpoint import normalise_endpoint
from flyte_widgets.api.messages import RunIdentifier
from flyte_widgets.api.messages_data import SelectClusterResponse
from flyte_widgets.errors import ConfigError, ProtocolError, RpcError, TransportError, UnauthenticatedError

CLUSTER_SERVICE: Final = "flyteidl2.cluster.ClusterService"
KEPT_S: Final = 600.0
"""How long an answer is believed."""
_SHORT_TOP_LEVEL: Final = 2
_SHORT_SECOND_LEVEL: Final = 3

logger = logging.getLogger(__name__)


class ClusterRouter:
    """Chooses the transport of each call. One answer is kept for each operation, project and domain."""

    def __init__(self, own: ConnectTransport) -> None:
        self._own = own
        self._others: dict[str, ConnectTransport] = {}
        self._chosen: dict[tuple[str, str, str], tuple[ConnectTransport, float]] = {}

    @asynccontextmanager
    async def transport_for(
        self, operation: str, run: RunIdentifier, resource: Mapping[str, Any]
    ) -> AsyncIterator[ConnectTransport]:
        """Give the transport for one call. If its host cannot be reached, the next call asks for the host again.

        `operation` is a name of `SelectClusterRequest.Operation`, `resource` one of its oneof.
        """
        key = (operation, run.project, run.domain)
        transport, until_s = self._chosen.get(key, (self._own, 0.0))
        if time.monotonic() >= until_s:
            transport = await self._select(operation, resource)
            self._chosen[key] = (transport, time.monotonic() + KEPT_S)
        try:
            yield transport
        except TransportError:
            self._chosen.pop(key, None)
            raise

    async def aclose(self) -> None:
        """Close the connections to other hosts."""
        others, self._others = self._others, {}
        self._chosen.clear()
        for transport in others.values():
            await transport.aclose()

    async def _select(self, operation: str, resource: Mapping[str, Any]) -> ConnectTransport:
        request = {**resource, "operation": operation}
        try:
            answer = await self._own.unary(CLUSTER_SERVICE, "SelectCluster", request, SelectClusterResponse)
        except UnauthenticatedError:
            raise
        except (RpcError, ProtocolError) as error:
            # Not there, or not for this caller: the call itself will say what is wrong, if anything is.
            logger.debug("SelectCluster of %s: %s", self._own.host, type(error).__name__)
            return self._own
        url = followed_cluster(self._own.base_url, answer.cluster_endpoint)
        if url is None:
            return self._own
        if url not in self._others:
            self._others[url] = self._own.to_host(url)
        return self._others[url]


def followed_cluster(own_url: str, answer: str) -> str | None:
    """Give the URL of the cluster to follow; None to stay with the endpoint. Pure. `own_url` has scheme and host."""
    own = httpx.URL(own_url)
    if not answer.strip():
        return None
    try:
        url = normalise_endpoint(answer, insecure=own.scheme == "http")
    except ConfigError:
        return None
    other = httpx.URL(url)
    if other.host == own.host or (own.scheme == "https" and other.scheme == "http"):
        return None
    return url if _is_related(own.host, other.host) else None


def _is_related(own: str, other: str) -> bool:
    """Whether a host is below another, or below its parent domain."""
    for host in (own, other):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            continue
        return False
    labels = own.split(".")
    is_below = other.endswith("." + own)
    if len(labels) < 2:  # "localhost", a name of one's own network: nothing is known of its neighbours
        return is_below
    parent = labels[1:]
    return is_below or (not _is_public_suffix(parent) and other.endswith("." + ".".join(parent)))


def _is_public_suffix(labels: list[str]) -> bool:
    """Whether anybody can have a name below these labels: "com", and what looks like "co.uk"."""
    if len(labels) == 1:
        return True
    second, top = labels[-2], labels[-1]
    return len(labels) == 2 and len(top) == _SHORT_TOP_LEVEL and len(second) <= _SHORT_SECOND_LEVEL
