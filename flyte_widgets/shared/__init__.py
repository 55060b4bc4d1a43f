"""What Python and TypeScript both draw and say, as JSON files beside this one. js/src imports the same files.

- `phases`: the phases of an action, their orders, and the transitions of the model.
- `palette`, `glyphs`, `patterns`: how a phase looks.
- `diagram`: where everything of the state diagram stands, in three tables: wide, narrow, and static.
- `columns`: the layout and the flags of packed columns, and the id of the root action.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any


@functools.cache
def table(name: str) -> Any:
    """Read one of the files, once. Treat what it gives as constant."""
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
