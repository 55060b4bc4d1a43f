"""Opens what values point to: on this machine, and in object stores where fsspec is installed. Blocking.

The kernel's own credentials are used, as in a cell that reads the same address.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from flyte_widgets.errors import DataTooLargeError, FlyteWidgetsError, NotKeptError
from flyte_widgets.redaction import redact, register
from flyte_widgets.run.values import file_name


def read_bytes(uri: str, max_bytes: int) -> bytes:
    """Read a file whole. Raises DataTooLargeError above `max_bytes`, else as `open_file`."""
    with open_file(uri) as file:
        body = file.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise DataTooLargeError(
            f"{file_name(uri)} has more than {max_bytes:,} bytes.", hint=f"Read it where it is stored: {uri}"
        )
    return body


@contextlib.contextmanager
def open_file(uri: str) -> Iterator[BinaryIO]:
    """Open a file for reading. Raises FlyteWidgetsError with the reason where it cannot be read.

    Devices and pipes of this machine are refused: they may have no end.
    """
    system, path = file_system(uri)
    if system is None and Path(path).exists() and not Path(path).is_file():
        raise FlyteWidgetsError(f"{file_name(uri)} was not read: it is no regular file.")
    try:
        with open(path, "rb") if system is None else system.open(path, "rb") as file:  # noqa: PTH123 - also fsspec's
            yield file
    except FlyteWidgetsError:
        raise
    except Exception as error:
        raise FlyteWidgetsError(f"{file_name(uri)} was not read: {_reason(error)}") from error


def file_system(uri: str) -> tuple[Any, str]:
    """Give the file system of an address, None for this machine's own, and the path on it."""
    scheme = urlsplit(uri).scheme
    if scheme in ("", "file") or Path(uri).is_absolute():
        return None, urlsplit(uri).path if scheme == "file" else uri
    register(urlsplit(uri).query)  # of a signed URL; libraries repeat the address in their errors
    try:
        import fsspec  # noqa: PLC0415 - not a dependency
    except ImportError:
        raise NotKeptError(
            f"Reading {scheme}:// needs fsspec, which is not installed in the kernel.",
            hint=f"pip install fsspec, and what it needs for {scheme} (s3fs for s3, gcsfs for gs, adlfs for abfs).",
        ) from None
    try:
        system, path = fsspec.core.url_to_fs(uri)
    except Exception as error:
        raise FlyteWidgetsError(f"{file_name(uri)} was not read: {_reason(error)}") from error
    return system, path


def _reason(error: Exception) -> str:
    return redact(f"{type(error).__name__}: {error}")[:300]
