"""The longest path by networkx, for `critical_path`: a program of its own, as it runs in the peers' environment.

It reads parent, start and end of each action (JSON), and writes how long it took each time, in milliseconds of
processor time, and how long the path is, in seconds. networkx has to be told who waits for whom: each action for the
sibling that had ended last when it began; where none had, for its parent's begin.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from bisect import bisect_right
from collections import defaultdict

Interval = tuple[int, float, float]
REPEATS = 5


def longest(actions: list[Interval]) -> float:
    """Build the graph and find its longest path; gives the path's length."""
    networkx = importlib.import_module("networkx")  # only the peers' environment has it
    children: defaultdict[int, list[int]] = defaultdict(list)
    for number, (parent, _, _) in enumerate(actions):
        children[parent].append(number)
    graph = networkx.DiGraph()
    for parent, siblings in children.items():
        siblings.sort(key=lambda number: actions[number][2])
        ends = [actions[number][2] for number in siblings]
        for number in siblings:
            _, start, end = actions[number]
            at = bisect_right(ends, start) - 1
            before = siblings[at] if at >= 0 and siblings[at] != number else ("begin", parent)
            graph.add_edge(before, number, weight=end - start)
            graph.add_edge(before, ("begin", number), weight=0)
    return float(networkx.dag_longest_path_length(graph))


def main() -> None:
    """Measure what stands on the standard input, after one round to warm up."""
    actions = [tuple(action) for action in json.load(sys.stdin)]
    taken: list[float] = []
    for _ in range(1 + REPEATS):
        gc.collect()
        begun = time.thread_time()
        length = longest(actions)
        taken.append((time.thread_time() - begun) * 1000)
    json.dump({"ms": taken[1:], "length": length}, sys.stdout)


if __name__ == "__main__":
    main()
