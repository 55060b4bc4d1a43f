"""The reports of simulated tasks: one HTML file with tabs that a script switches, as Flyte's own template. Pure."""

from __future__ import annotations

from typing import Final

_PAGE: Final = """<!doctype html>
<html><head><meta charset="utf-8"><title>{task}</title><style>
body {{ font: 14px sans-serif; margin: 0; color: #1a1d21 }}
nav {{ display: flex; gap: 16px; border-bottom: 1px solid #ddd; padding: 8px 16px }}
nav button {{ border: 0; background: none; font: inherit; cursor: pointer }}
nav button.active {{ font-weight: 600; border-bottom: 2px solid #6f2aef }}
main > div {{ display: none; padding: 16px }} main > div.active {{ display: block }}
</style></head><body>
<nav><button data-tab="0">Loss</button><button data-tab="1">Examples</button></nav>
<main id="flyte-frame-container">
<div><h2>{task}, step {step} of {steps}</h2><svg width="560" height="180" viewBox="0 0 560 180">
<polyline fill="none" stroke="#6f2aef" stroke-width="2" points="{points}"/></svg></div>
<div><table><tr><th>id</th><th>score</th></tr>{rows}</table></div></main>
<script>
const tabs = [...document.querySelectorAll("nav button")], panes = [...document.querySelectorAll("main > div")];
const show = (i) => [tabs, panes].forEach((list) => list.forEach((it, j) => it.classList.toggle("active", i === j)));
tabs.forEach((tab, i) => (tab.onclick = () => show(i)));
show(0);
</script></body></html>
"""
STEPS: Final = 20


def has_report(task: str) -> bool:
    """Whether a task is declared with `report=True`."""
    name = task.rpartition(".")[2]
    return "train" in name or name in ("pipeline", "evaluate")


def report(task: str, share: float) -> str | None:
    """Give the report after `share` (0 to 1) of the task's time; None before the first flush."""
    step = int(share * STEPS)
    if step < 1:
        return None
    points = " ".join(f"{i * 28},{170 - 150 * (1 - 0.8**i):.0f}" for i in range(step + 1))
    rows = "".join(f"<tr><td>{i}</td><td>{0.5 + i / 100:.2f}</td></tr>" for i in range(step))
    name = task.rpartition(".")[2]
    return _PAGE.format(task=name, step=step, steps=STEPS, points=points, rows=rows)
