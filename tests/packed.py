"""The bundle as it ships: js/pack.mjs packs the minified module, js/loader.mjs unpacks it in the page."""

from __future__ import annotations

import re
import zlib


def unpack(esm: str) -> bytes:
    """The minified module in a packed bundle, read without any JavaScript: 13 bits in each two characters."""
    packed = re.search(r'^const PACKED="([^"\\]+)";$', esm, re.MULTILINE)
    if packed is None:
        raise AssertionError(f"no packed module in {esm[:80]!r}")
    digits = [ord("<" if c == "!" else c) for c in packed[1]]
    digits = [code - ord("#") - (code > ord("\\")) for code in digits]
    bits = "".join(f"{high * 91 + low:013b}" for high, low in zip(digits[::2], digits[1::2], strict=True))
    size = len(bits) // 8
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    module = inflate.decompress(int(bits[: size * 8], 2).to_bytes(size, "big")) + inflate.flush()
    if not inflate.eof:
        raise AssertionError(f"the packed module ends too early, after {len(module)} bytes")
    return module
