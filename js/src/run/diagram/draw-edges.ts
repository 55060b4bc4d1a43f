// The lines of the state diagram: built once per layout; an update toggles classes, gaps and the dashed lines.

import { PHASES } from "../../core/phases";
import { setAttribute, svg } from "../../ui/dom";
import { ABORT_RADIUS, START_RADIUS } from "./box";
import { crossings, pathOf } from "./geometry";
import { type DiagramModel, keyOf, type Pair, transitionName } from "./model";
import type { Box, Edge, Layout, Line, Point } from "./types";

// A marker's id is the document's business where there is no shadow root.
let instances = 0;

interface DrawnEdge {
  edge: Edge;
  isLocal: boolean;
  under: SVGPathElement;
  over: SVGPathElement;
}

export class EdgeDrawing {
  readonly element: SVGSVGElement;
  readonly #drawn: DrawnEdge[];
  readonly #oddLayer = svg("g");
  readonly #abortDot: SVGCircleElement;
  readonly #markers: { plain: string; on: string };
  #last = "";

  constructor(private readonly layout: Layout) {
    const n = ++instances;
    this.#markers = { plain: `fw-arrow-${n}`, on: `fw-arrow-on-${n}` };
    const { width, heightWithUnknown: height, start, abort } = layout;
    this.#drawn = [...layout.edges, ...layout.localEdges].map((edge) => ({
      edge,
      isLocal: layout.localEdges.includes(edge),
      under: svg("path", { class: "fw-edge", "marker-end": `url(#${this.#markers.plain})` }),
      over: svg("path", {
        class: "fw-edge fw-edge-on",
        d: pathOf(edge.line),
        "marker-end": `url(#${this.#markers.on})`,
      }),
    }));
    this.#abortDot = svg("circle", { class: "fw-edge-dot", cx: abort[0], cy: abort[1], r: ABORT_RADIUS });
    this.element = svg(
      "svg",
      { class: "fw-edges", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      svg("defs", {}, arrowhead(this.#markers.plain, "fw-arrow"), arrowhead(this.#markers.on, "fw-arrow-on")),
      ...this.#drawn.map(({ under }) => under),
      this.#oddLayer,
      ...this.#drawn.map(({ over }) => over),
      this.#abortDot,
      svg("circle", { class: "fw-edge-start", cx: start[0], cy: start[1], r: START_RADIUS }),
    );
  }

  update(model: DiagramModel): void {
    const key = [model.isLocal, ...model.edges, "|", ...model.odd.map(keyOf)].join(" ");
    if (key === this.#last) return;
    this.#last = key;
    const isOn = ({ edge }: DrawnEdge) => edge.pairs.some((pair) => model.edges.has(keyOf(pair)));
    const odd = this.#drawOdd(model.odd);
    const observed = [...this.#drawn.filter(isOn).map(({ edge }) => edge.line), ...odd];
    for (const one of this.#drawn) {
      setAttribute(one.under, "display", one.isLocal && !model.isLocal ? "none" : null);
      const on = isOn(one);
      one.over.classList.toggle("is-on", on);
      // Under an observed line of the same course there is nothing to cut.
      const gaps: Point[] = on ? [] : observed.flatMap((line) => crossings(one.edge.line, line));
      setAttribute(one.under, "d", pathOf(one.edge.line, gaps));
      if (one.edge.pairs.length > 1) this.#abortDot.classList.toggle("is-on", on);
    }
  }

  #drawOdd(pairs: readonly Pair[]): Line[] {
    const boxOf = (phase: number): Box | null =>
      phase === 0 ? null : (this.layout.nodes.get(phase) ?? this.layout.unknown);
    const known = pairs.filter(([from, to]) => PHASES.has(from) || from === 0 || PHASES.has(to));
    const lines = known.map(([from, to], lane) => this.layout.route(boxOf(from), boxOf(to)!, lane));
    const paths = lines.map((line, i) =>
      svg(
        "path",
        {
          class: "fw-edge fw-edge-on fw-edge-odd is-on",
          d: pathOf(line),
          "marker-end": `url(#${this.#markers.on})`,
        },
        svg("title", {}, `${transitionName(known[i]!)}: not in the model`),
      ),
    );
    this.#oddLayer.replaceChildren(...paths);
    return lines;
  }
}

/** A triangle of 8 × 8, its tip 4 beyond the line's end. */
function arrowhead(id: string, className: string): SVGMarkerElement {
  return svg(
    "marker",
    { id, markerWidth: 8, markerHeight: 8, refX: 4, refY: 4, orient: "auto", markerUnits: "userSpaceOnUse" },
    svg("path", { class: className, d: "M0.5 0.8 8 4 0.5 7.2z" }),
  );
}
