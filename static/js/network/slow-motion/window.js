/** The window that slides over the maps before a layer, and the value that it makes. */
import { html } from "../../shared/html.js";
import { columnOf } from "../explain/names.js";
import { patchRects, valueRect } from "../explain/places.js";
import { plan } from "../state.js";
import { isReached, progress, reached, slowLayer } from "./progress.js";

const MOST = 6; // maps on which it is drawn

/** @typedef {import("../drawing/layout.js").Rect} Rect */

export function SlidingWindow() {
  const [now, at] = [plan.value, slowLayer.value];
  const column = at && columnOf(at.layer);
  if (!now || !at || !column || isReached.value) return null;
  if (column.role !== "conv" && column.role !== "maps") return null;
  const [, rows, cols] = column.shape;
  const many = rows * cols;
  const done = Math.min(many - 1, reached(progress.value, rows, cols));
  const place = at.back ? many - 1 - done : done;
  const [y, x] = [Math.floor(place / cols), place % cols];
  const channels = column.cells.slice(0, MOST).map((cell) => cell.channel);
  const values = channels.map((channel) => ({ layer: column.name, channel, y, x }));
  const patches =
    column.role === "conv"
      ? patchRects(column, values[0])
      : values.flatMap((value) => patchRects(column, value));
  const made = values.flatMap((value) => valueRect(column, value) ?? []);
  const box = (/** @type {Rect} */ r, /** @type {string} */ kind) =>
    html`<rect class=${kind} x=${r.x - 1} y=${r.y - 1} width=${r.width + 2} height=${r.height + 2} />`;
  return html`<svg class="edges sliding" width=${now.width} height=${now.height} aria-hidden="true">
    ${patches.slice(0, MOST).map((rect) => box(rect, "patch"))}${made.map((rect) => box(rect, "own"))}</svg>`;
}
