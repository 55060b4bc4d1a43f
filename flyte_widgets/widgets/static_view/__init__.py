"""The static view of a run: text, HTML, SVG. What a notebook keeps when its kernel is gone.

`collect` reads a run into a `Snapshot`; all else is pure: `text`, `html` and `drawings` say the same of it.

The live view draws the same in TypeScript. Data is in flyte_widgets/shared, once. These algorithms are written twice,
and vectors that both suites read hold them together:

- tests/vectors/words.json: durations, short counts, steps and labels of the axis (run/words.py, `axis`; core/format.ts,
  timeline/time/ticks.ts).
- tests/vectors/runs.json: times and inferred ends (`spans`; time/times.ts), rows (`rows`; rows/order.ts), counts of a
  fold's strip (`folds`; time/bins.ts), paths of the diagram (`paths`; diagram/path.ts).
- tests/vectors/drawing.json: rounded lines (`lines`; diagram/geometry.ts), colours that follow from the palette
  (`colours`; ui/palette.ts).

Without vectors, for they differ in size on purpose: the boxes of a bar, the heights in a strip, and the ways of lines
that the model does not have.
"""
