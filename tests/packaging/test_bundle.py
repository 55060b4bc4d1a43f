"""The bundle that ships is what the sources say."""

from __future__ import annotations

import subprocess

import flyte_widgets as fw
from tests.browser.gallery import DIST, JS
from tests.packed import unpack


def test_the_packed_bundle_is_the_minified_module() -> None:
    """What is sent unpacks to the module that esbuild makes of the sources, to the byte, and is half as long."""
    subprocess.run(["node", "build.mjs", "--gallery"], cwd=JS, check=True, capture_output=True, timeout=60)
    module = (DIST / "widget.js").read_bytes()
    esm = fw.RunWidget._esm
    assert unpack(esm) == module
    assert len(esm.encode()) < len(module) / 2
    assert not {"<", "\\"} & set(esm.splitlines()[0])
