"""Which certificates are trusted."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import certifi

from flyte_widgets.errors import ConfigError


@dataclass(frozen=True)
class TlsSettings:
    """How a server's certificate is checked.

    With nothing set, the system's authorities and certifi's are trusted; with SSL_CERT_FILE or SSL_CERT_DIR in the
    environment, those that it names. A CA given here is the only one trusted, as in the SDK.
    """

    ca_cert_file: str | None = None
    ca_cert_pem: bytes | None = field(default=None, repr=False)
    insecure_skip_verify: bool = False

    def context(self, *, beside_system: bool = False) -> ssl.SSLContext:
        """Make the context for a client. Takes some 20 ms. Raises ConfigError if the CA cannot be read.

        `beside_system` trusts the given CA and the system's authorities: for an object store, which may be of either.
        """
        if self.insecure_skip_verify:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        pem = self._pem()
        if pem is not None:
            try:
                if not beside_system:
                    return ssl.create_default_context(cadata=pem)
                context = _system_context()
                context.load_verify_locations(cadata=pem)
                return context
            except ssl.SSLError as error:
                raise ConfigError(
                    "The CA certificate cannot be read.", hint="Is it PEM, with BEGIN CERTIFICATE lines?"
                ) from error
        return _system_context()

    def _pem(self) -> str | None:
        if self.ca_cert_pem is not None:
            return self.ca_cert_pem.decode("ascii", "replace")
        if not self.ca_cert_file:
            return None
        try:
            return Path(self.ca_cert_file).expanduser().read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise ConfigError(
                f"The CA certificate file {self.ca_cert_file!r} cannot be read ({error.strerror}).",
                hint="Check ca_cert_file, or admin.caCertFilePath in the configuration file.",
            ) from error


def _system_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        context.load_verify_locations(certifi.where())
    return context
