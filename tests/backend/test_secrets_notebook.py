"""A notebook that was executed and saved: nothing in the file is a secret, whatever the session met."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from tests.server_process import ServerProcess

TOKEN = "planted-token-5f1c9a77"
HEADER = "planted-header-90b1d2e3"
CONNECT = (
    "import logging, os; logging.basicConfig(level=logging.INFO)\n"
    "import flyte_widgets as fw\n"
    "auth = {'authorization': 'Bearer ' + os.environ['PLANTED_TOKEN'], 'x-planted': os.environ['PLANTED_HEADER']}\n"
    "client = fw.connect(os.environ['PLANTED_ENDPOINT'], project='flytesnacks', domain='development', auth=auth)\n"
    "client"
)
CELLS = (
    CONNECT,
    "w = fw.RunWidget(os.environ['PLANTED_RUN'])\nw",
    "_ = w.wait(60)\nw.phase",
    "lost = fw.RunWidget('no-such-run')\nlost",
    "lost.wait(20)",
    "w.run, w.connection",
)


def test_a_saved_notebook_holds_no_secret(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, header and the endpoint's secret path are in no output, traceback, log or widget state of the file."""
    monkeypatch.setenv("PLANTED_TOKEN", TOKEN)
    monkeypatch.setenv("PLANTED_HEADER", HEADER)
    monkeypatch.setenv("PLANTED_ENDPOINT", shared_server.endpoint)
    monkeypatch.setenv("PLANTED_RUN", shared_server.simulate(seed=7, speed=100))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, timeout=90, kernel_name="python3", allow_errors=True).execute()
    saved = nbformat.writes(notebook)
    assert "ActionPhase.SUCCEEDED" in saved
    assert "NotFoundError" in saved
    snapshots = _snapshots(notebook)
    assert [block[:4] for block in snapshots] == [b"FWC1"], "the widget's state, with its snapshot, is in the file"
    secrets = (TOKEN, HEADER, urlsplit(shared_server.endpoint).path.strip("/"))
    assert [secret for secret in secrets if secret in saved or secret.encode() in b"".join(snapshots)] == []


def _snapshots(notebook: nbformat.NotebookNode) -> list[bytes]:
    """The packed actions that the file keeps, inflated: those may be searched."""
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    buffers = [buffer for state in states for buffer in state.get("buffers", ()) if buffer["path"] == ["snapshot"]]
    packed = [base64.b64decode(buffer["data"]) for buffer in buffers]
    return [zlib.decompress(block) for block in packed if block]
