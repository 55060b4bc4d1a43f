"""The front end as it ships: js/pack.mjs packs the minified module, js/loader.mjs unpacks it in the page."""

from __future__ import annotations

import zlib


def unpack(packed: bytes) -> dict[str, str]:
    """The files in a packed module or part, by name, each after those that it imports; read without any JavaScript."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    text = (inflate.decompress(packed) + inflate.flush()).decode()
    if not inflate.eof:
        raise AssertionError(f"the packed module ends too early, after {len(text)} characters")
    files = text.split("\0")
    return dict(zip(files[::2], files[1::2], strict=True))
