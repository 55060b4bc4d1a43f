"""FLYTE_API_KEY: an endpoint and a client's id and secret in one text."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from typing import Final, NamedTuple

from flyte_widgets.errors import ConfigError
from flyte_widgets.redaction import register

#: Endpoint (scheme, host, perhaps a port, a path), id, secret, org. Secrets may hold colons, ids and orgs do not.
_KEY: Final = re.compile(
    r"(?P<endpoint>(?:[a-z]+:/{2,3})?(?:\[[^\]]*\]|[^:/]+)(?::\d+(?=[/:]))?(?:/[^:]*)?)"
    r":(?P<client_id>[^:]+):(?P<client_secret>.+):(?P<org>[^:]*)",
    re.IGNORECASE | re.DOTALL,
)
_NO_ORG: Final = ("", "None")


class ApiKey(NamedTuple):
    """What a key holds."""

    endpoint: str
    client_id: str
    client_secret: str
    org: str

    def __repr__(self) -> str:
        return "ApiKey()"


def parse_api_key(text: str) -> ApiKey:
    """Read base64 of `endpoint:client_id:client_secret:org`. Raises ConfigError, which does not repeat the key.

    Unlike the SDK, which cuts at the first three colons, an endpoint may have a scheme and a port.
    """
    register(text)
    found = None
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    with suppress(ValueError):  # of base64, and of UTF-8
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode().strip()
        found = _KEY.fullmatch(decoded)
    if found is None:  # raised out here: those exceptions hold the key
        raise ConfigError(
            "The API key cannot be read: it is not base64 of endpoint:client_id:client_secret:org.",
            hint="Was it cut when it was copied? Set FLYTE_API_KEY anew.",
        )
    register(found["client_secret"])
    org = "" if found["org"] in _NO_ORG else found["org"]
    return ApiKey(found["endpoint"], found["client_id"], found["client_secret"], org)
