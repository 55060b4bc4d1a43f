"""Files that values point to: previews of tables, thumbnails, copies. On this machine's own disk."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from flyte_widgets.errors import FlyteWidgetsError, NotKeptError
from flyte_widgets.widgets import files


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.parquet"
    parquet.write_table(
        pa.table({"id": range(1000), "city": ["Köln", None] * 500, "share": [float("nan")] * 1000}), path
    )
    return path


def without(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Make packages impossible to import."""
    importing = builtins.__import__

    def refuse(name: str, *args: Any) -> Any:
        if name.split(".", maxsplit=1)[0] in packages:
            raise ImportError(name)
        return importing(name, *args)

    for name in [each for each in sys.modules if each.split(".")[0] in packages]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_a_table_is_previewed_by_its_first_rows(orders: Path) -> None:
    """The count of rows is the file's; a missing value and a NaN are told apart."""
    preview = files.preview_table(str(orders), "parquet", 3)
    assert preview.columns == ["id", "city", "share"]
    assert preview.rows == [["0", "Köln", "NaN"], ["1", None, "NaN"], ["2", "Köln", "NaN"]]
    assert (preview.row_count, preview.column_count) == (1000, 3)
    assert preview.is_text == [False, True, False]
    assert preview.note.endswith("parquet")


def test_a_directory_is_previewed_by_its_first_file(orders: Path) -> None:
    """As Spark and Flyte write data frames: a directory with parts."""
    assert files.preview_table(orders.parent.as_uri(), "", 1).row_count == 1000


def test_a_table_without_rows(tmp_path: Path) -> None:
    """Its columns are there."""
    parquet.write_table(pa.table({"id": pa.array([], pa.int64())}), tmp_path / "empty.parquet")
    preview = files.preview_table(str(tmp_path / "empty.parquet"), "parquet", 10)
    assert (preview.columns, preview.rows, preview.row_count) == (["id"], [], 0)


def test_csv_is_read_by_pandas(tmp_path: Path) -> None:
    """A long cell is cut, and says so by its last character."""
    (tmp_path / "long.csv").write_text("a,b\n1," + "x" * 500 + "\n")
    preview = files.preview_table(str(tmp_path / "long.csv"), "csv", 10)
    assert preview.rows == [["1", "x" * 79 + "…"]]


def test_pandas_does_not_read_a_large_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview must not fill the memory of the kernel."""
    monkeypatch.setattr(files, "MAX_TABLE_BYTES", 10)
    (tmp_path / "big.csv").write_text("a\n" + "1\n" * 100)
    with pytest.raises(NotKeptError, match="up to 10 B are read") as caught:
        files.preview_table(str(tmp_path / "big.csv"), "csv", 10)
    assert "Download" in caught.value.hint


def test_it_says_what_to_install(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither pyarrow nor pandas is a dependency."""
    without(monkeypatch, "pyarrow", "pandas")
    with pytest.raises(NotKeptError, match="neither is installed") as caught:
        files.preview_table(str(orders), "parquet", 10)
    assert caught.value.hint == "pip install pyarrow"


def test_a_copy_never_writes_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is taken gets a number; the name of a directory of the address is not used."""
    source = tmp_path / "elsewhere" / "model.bin"
    source.parent.mkdir()
    source.write_bytes(b"new")
    here = tmp_path / "here"
    here.mkdir()
    (here / "model.bin").write_bytes(b"mine")
    monkeypatch.chdir(here)
    saved = files.save(str(source), is_directory=False)
    assert (saved.path, Path(saved.path).read_bytes()) == ("model-1.bin", b"new")
    assert (here / "model.bin").read_bytes() == b"mine"
    directory = files.save(str(source.parent), is_directory=True)
    assert (directory.path, directory.note) == ("elsewhere", "1 file, 3 B")


def test_of_a_copy_that_fails_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file would look like the whole one."""
    (tmp_path / "model.bin").write_bytes(b"whole")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def fail(_source: Any, copy: Any, _length: int) -> None:
        copy.write(b"wh")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", fail)
    with pytest.raises(FlyteWidgetsError, match="No space left"):
        files.save(str(tmp_path / "model.bin"), is_directory=False)
    assert list(here.iterdir()) == []


def test_a_place_that_takes_no_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the copy that was not written: the value could be read."""
    (tmp_path / "model.bin").write_bytes(b"whole")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    with pytest.raises(FlyteWidgetsError, match=r"model\.bin was not written: No such file or directory\."):
        files.save(str(tmp_path / "model.bin"), is_directory=False)


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    """A value of someone else's run may point to a device or a pipe."""
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", str(tmp_path / "pipe")):
        with pytest.raises(FlyteWidgetsError, match="no regular file"):
            files.save(path, is_directory=False)


def test_a_missing_file_says_why(tmp_path: Path) -> None:
    """The name and the reason."""
    with pytest.raises(FlyteWidgetsError, match=r"gone\.png was not read: FileNotFoundError"):
        files.read_image(str(tmp_path / "gone.png"))


def test_a_signed_address_is_not_repeated() -> None:
    """Libraries put the whole address into their errors, and the cut would leave half of a secret."""
    signature = "4f" * 200
    with pytest.raises(FlyteWidgetsError) as caught:
        files.read_image(f"memory://bucket/gone.png?X-Amz-Signature={signature}")
    assert "gone.png was not read: FileNotFoundError" in caught.value.message
    assert "4f4f" not in str(caught.value)


def test_a_large_picture_is_not_sent(tmp_path: Path) -> None:
    """4 MiB are the limit of a thumbnail."""
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(files.MAX_IMAGE_BYTES + 1)
    with pytest.raises(NotKeptError, match="larger than 4 MiB"):
        files.read_image(str(tmp_path / "big.png"))
