"""How a phase's fill must look in every browser: with a figure on a ground, where it has a pattern."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources

_SHARED = json.loads(resources.files("flyte_widgets.shared").joinpath("phases.json").read_text("utf-8"))
#: Phases by their number on the wire, each with how its bars are told apart besides by colour.
PATTERNS: dict[int, str] = {
    phase["number"]: phase["pattern"] for phase in _SHARED["phases"].values() if phase["number"]
}
#: Colours of a picture of the whole page within a box, each with how many of its pixels have it.
COUNT_COLOURS = """async ([png, box]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(box.x + 2, box.y + 2, box.width - 4, box.height - 4);
  const counts = {};
  for (let at = 0; at < data.length; at += 4) {
    const colour = [...data.slice(at, at + 3)].join(",");
    counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return counts;
}"""
#: Puts a fill on the page, over all else; gives it. Its arguments: the shadow root, and the phase's number.
PUT_FILL = """(root, number) => {
  const fill = document.createElement("div");
  fill.className = "fw-fill";
  fill.dataset.phase = number;
  fill.style.cssText = "position: fixed; left: 0; top: 0; width: 48px; height: 24px; z-index: 9999";
  root.querySelector(".fw").append(fill);
  return fill;
}"""


def is_as_it_should(pattern: str, counts: Mapping[str, int]) -> bool:
    """Whether no colour is nearly all of a pattern, and one is all of what has none."""
    most = max(counts.values()) / sum(counts.values())
    return (most > 0.9) is (pattern in ("solid", "outline"))
