"""Reads files that values point to: on this machine, and in object stores where fsspec is installed. Blocking.

The kernel's own credentials are used, as in a cell that reads the same address. Nothing is opened but what the user
asks for by a click, and never a pickle.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from flyte_widgets.errors import FlyteWidgetsError, NotKeptError
from flyte_widgets.run.values import file_name
from flyte_widgets.run.words import bytes_words
from flyte_widgets.watch.storage import file_system, open_file
from flyte_widgets.wire.values import SavedFile, TablePreview

MAX_IMAGE_BYTES: Final = 4 * 1024 * 1024
MAX_TABLE_BYTES: Final = 64 * 1024 * 1024
"""What pandas may read whole for a preview. Parquet is read in parts where pyarrow is installed."""
MAX_ROWS: Final = 200
MAX_COLUMNS: Final = 50
_CELL: Final = 80


def read_image(uri: str) -> bytes:
    """Read a picture for a thumbnail. Raises NotKeptError above 4 MiB."""
    with open_file(uri) as file:
        body = file.read(MAX_IMAGE_BYTES + 1)
    if len(body) > MAX_IMAGE_BYTES:
        raise NotKeptError("The picture is larger than 4 MiB.", hint="Download it.")
    return body


def save(uri: str, *, is_directory: bool) -> SavedFile:
    """Copy a file or a directory into the kernel's directory. A name that is taken gets a number.

    Of a file that cannot be copied whole, nothing is left.
    """
    target = _free(Path(file_name(uri)))
    if not is_directory:
        with open_file(uri) as source, _new_file(target) as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        return SavedFile(path=str(target), note=bytes_words(target.stat().st_size))
    system, path = file_system(uri)
    if system is None:
        shutil.copytree(path, target)
    else:
        system.get(path, str(target), recursive=True)
    sizes = [each.stat().st_size for each in target.rglob("*") if each.is_file()]
    files = "file" if len(sizes) == 1 else "files"
    return SavedFile(path=str(target), note=f"{len(sizes):,} {files}, {bytes_words(sum(sizes))}")


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("xb")
    except OSError as error:
        raise FlyteWidgetsError(f"{path} was not written: {error.strerror}.") from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def preview_table(uri: str, form: str, rows: int) -> TablePreview:
    """Read the first rows of a table: Parquet through pyarrow, or what pandas reads.

    Raises NotKeptError that says what to install where neither is there, and where pandas would have to read more
    than MAX_TABLE_BYTES.
    """
    rows = min(rows, MAX_ROWS)
    path = _first_file(uri)
    with open_file(path) as file:
        size = bytes_words(_size(file))
        if (form or "parquet") == "parquet" and not path.endswith(".csv"):
            return _parquet(file, rows, size)
        return _with_pandas(file, path, rows, size)


def _parquet(file: BinaryIO, rows: int, size: str) -> TablePreview:
    try:
        from pyarrow import parquet  # noqa: PLC0415 - not a dependency
    except ImportError:
        return _with_pandas(file, ".parquet", rows, size)
    table = parquet.ParquetFile(file)
    batch = next(table.iter_batches(batch_size=max(1, rows)), None)
    names = list(table.schema_arrow.names)
    columns = {name: batch.column(name).to_pylist() if batch is not None else [] for name in names[:MAX_COLUMNS]}
    return _preview(columns, table.metadata.num_rows, len(names), f"{size} parquet")


def _with_pandas(file: BinaryIO, path: str, rows: int, size: str) -> TablePreview:
    try:
        import pandas as pd  # noqa: PLC0415 - not a dependency
    except ImportError:
        raise NotKeptError(
            "A table is read by pyarrow or pandas, and neither is installed in the kernel.",
            hint="pip install pyarrow",
        ) from None
    if _size(file) > MAX_TABLE_BYTES:
        raise NotKeptError(
            f"The table has {size}; up to {bytes_words(MAX_TABLE_BYTES)} are read for a preview.",
            hint="Download it, or read it in a cell.",
        )
    is_csv = path.endswith(".csv")
    frame: Any = pd.read_csv(file) if is_csv else pd.read_parquet(file)
    columns = {str(name): frame[name].head(rows).tolist() for name in frame.columns[:MAX_COLUMNS]}
    return _preview(columns, len(frame), len(frame.columns), f"{size} {'csv' if is_csv else 'parquet'}")


def _preview(columns: dict[str, list[Any]], row_count: int, column_count: int, note: str) -> TablePreview:
    count = max((len(values) for values in columns.values()), default=0)
    return TablePreview(
        columns=[name[:_CELL] for name in columns],
        is_text=[any(isinstance(value, str) for value in values) for values in columns.values()],
        rows=[[_cell(values[row]) for values in columns.values()] for row in range(count)],
        row_count=row_count,
        column_count=column_count,
        note=note,
    )


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN is not itself
        return "NaN"
    text = str(value)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _first_file(uri: str) -> str:
    """Give the file to preview: of a directory of files, the first."""
    system, path = file_system(uri)
    if system is None:
        if not Path(path).is_dir():
            return uri
        found = sorted(str(each) for each in Path(path).rglob("*") if each.suffix in (".parquet", ".csv"))
        return found[0] if found else uri
    with contextlib.suppress(Exception):
        if system.isdir(path):
            found = sorted(each for each in system.find(path) if str(each).endswith((".parquet", ".csv")))
            return f"{urlsplit(uri).scheme}://{found[0]}" if found else uri
    return uri


def _size(file: BinaryIO) -> int:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    return size


def _free(path: Path) -> Path:
    candidates = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, 10_000))
    return path if not path.exists() else next(each for each in candidates if not each.exists())
