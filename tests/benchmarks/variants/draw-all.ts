// One canvas, on which every row is drawn whenever anything moves, seen or not.
import { COLOURS, LABEL_PX, ROW_PX, Variant, VIEW_PX } from "./rows";

export class DrawAll extends Variant {
  readonly #canvas = document.createElement("canvas");
  #context!: CanvasRenderingContext2D;

  protected override prepare(): void {
    this.#canvas.width = this.widthPx + LABEL_PX;
    this.#canvas.height = VIEW_PX;
    this.view.append(this.#canvas);
    this.#context = this.#canvas.getContext("2d")!;
    this.#context.font = "12px sans-serif";
  }

  protected override draw(): void {
    const context = this.#context;
    const topPx = this.scrolled.scrollTop;
    context.clearRect(0, 0, this.#canvas.width, VIEW_PX);
    for (const [row, action] of this.actions.entries()) {
      const yPx = row * ROW_PX - topPx;
      context.fillStyle = "#000";
      context.fillText(action.name, 4, yPx + 15);
      for (const { phase, startMs, endMs } of action.segments) {
        const xPx = this.x(startMs);
        const widthPx = Math.max(1, this.x(Number.isNaN(endMs) ? this.nowMs : endMs) - xPx);
        context.fillStyle = COLOURS[phase] ?? COLOURS[0]!;
        context.fillRect(LABEL_PX + xPx, yPx + 5, widthPx, 12);
      }
    }
  }
}
