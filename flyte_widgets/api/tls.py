"""Which certificates are trusted."""

from __future__ import annotations

import os
import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path

import certifi

from flyte_widgets.errors import SetupError


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
        """Make the context for a client. Takes some 20 ms. Raises SetupError if the CA cannot be read.

        `beside_system` trusts the given CA and the system's authorities: for an object store, which may be of either.
        """
        if self.insecure_skip_verify:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        pem = self._pem()
        context = _system_context() if pem is None or beside_system else _bare_context()
        if pem is not None:
            try:
                context.load_verify_locations(cadata=pem)
            except (ssl.SSLError, ValueError) as error:  # ValueError: it is empty
                raise SetupError(
                    "The CA certificate cannot be read.", hint="Is it PEM, with BEGIN CERTIFICATE lines?"
                ) from error
        return context

    def _pem(self) -> str | None:
        if self.ca_cert_pem is not None:
            return _ascii(self.ca_cert_pem)
        if not self.ca_cert_file:
            return None
        try:
            return _ascii(Path(self.ca_cert_file).expanduser().read_bytes())
        except OSError as error:
            raise SetupError(
                f"The CA certificate file {self.ca_cert_file!r} cannot be read ({error.strerror}).",
                hint="Check ca_cert_file, FLYTE_ADMIN_CACERTFILEPATH, or admin.caCertFilePath in the configuration.",
            ) from error


def _ascii(pem: bytes) -> str:
    """Give PEM as ssl takes it: its comments may be of any language."""
    return pem.decode("ascii", "ignore")


def _system_context() -> ssl.SSLContext:
    """Trust the system's authorities and certifi's, or those that SSL_CERT_FILE and SSL_CERT_DIR name instead."""
    context = _bare_context()
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file:
        _load_file(context, file)
    if folders and not file and not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise SetupError(
            f"SSL_CERT_DIR names no directory that is there: {folders!r}.",
            hint="Set it to one with the certificates of your authorities, or unset it.",
        )
    context.load_default_certs()
    if not (file or folders):
        context.load_verify_locations(certifi.where())
    return context


def _load_file(context: ssl.SSLContext, file: str) -> None:
    """Load SSL_CERT_FILE: OpenSSL itself passes over one that it cannot read, and then trusts nobody."""
    why = ""
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        why = "it holds no certificates in PEM"
    except OSError as error:
        why = error.strerror or type(error).__name__
    if why:
        raise SetupError(
            f"The certificates of SSL_CERT_FILE, {file!r}, cannot be used: {why}.",
            hint="Set it to a PEM file of your authorities, or unset it.",
        )


def _bare_context() -> ssl.SSLContext:
    """Make a context for clients that checks and trusts nobody yet. With SSLKEYLOGFILE, as any of Python's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):  # as in ssl.create_default_context
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    key_log = os.environ.get("SSLKEYLOGFILE")
    if key_log and not sys.flags.ignore_environment:
        why = ""
        try:
            context.keylog_filename = key_log
        except OSError as error:
            why = error.strerror or type(error).__name__
        if why:
            raise SetupError(
                f"SSLKEYLOGFILE names a file that cannot be written, {key_log!r}: {why}.",
                hint="Set it to one that can, or unset it: it is for debugging TLS only.",
            )
    return context
