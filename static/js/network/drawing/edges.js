/** The lines of the map under the cursor: back through its kernels to the maps that it reads. */

import { html } from "../../shared/html.js";
import { isWeight } from "../explain/pointing.js";
import { hoveredCell, pinned, plan } from "../state.js";
import { inputsOf } from "./inputs.js";
import { offPath } from "./path.js";

/** @typedef {import("./layout.js").Column} Column @typedef {import("./layout.js").Rect} Rect */

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
export function curve(x1, y1, x2, y2) {
  const bend = Math.max(8, (x2 - x1) * 0.5);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** The middle of a rectangle's right or left edge, in the pane. @param {Column} column @param {Rect} rect @param {boolean} right */
export const edge = (column, rect, right) => ({
  x: column.x + rect.x + (right ? rect.width + 1 : -1),
  y: rect.y + rect.height / 2,
});

/** The cell of a pinned number: what was pointed at stays marked when the pointer goes. */
function pinnedCell() {
  const place = pinned.value;
  return place && { layer: place.layer, channel: isWeight(place) ? place.index[0] : place.channel };
}

export function Edges() {
  const now = plan.value;
  const place = hoveredCell.value ?? pinnedCell();
  if (!now || !place) return null;
  const column = now.columns.find((known) => known.name === place.layer);
  if (!column) return null;
  const lines = inputsOf(column, place.channel);
  const cell = column.cells[place.channel];
  const weighed = ["conv", "classes"].includes(column.role) && cell;
  const paths = lines.map(({ from, to, source }) => {
    const a = edge(source, from, true);
    // at the filter's edge: a line over its kernels would hide them
    const b = weighed
      ? { x: column.x + cell.whole.x - 2, y: to.y + to.height / 2 }
      : edge(column, to, false);
    return curve(a.x, a.y, b.x, b.y);
  });
  const box = (/** @type {Column} */ of, /** @type {Rect} */ r) =>
    html`<rect x=${of.x + r.x - 2} y=${r.y - 2} width=${r.width + 4} height=${r.height + 4} rx="2" />`;
  const dimmed = now.view ? [] : offPath(now.columns, place);
  const veil = (
    /** @type {ReturnType<typeof offPath>[number]} */ { column: of, cell: { whole: r } },
  ) =>
    html`<rect class="veil" x=${of.x + r.x - 1} y=${r.y - 1} width=${r.width + 2} height=${r.height + 2} />`;
  return html`<svg class="edges" width=${now.width} height=${now.height} aria-hidden="true">${dimmed.map(veil)}
    ${paths.map((d) => html`<path class="halo" d=${d} />`)}${paths.map((d) => html`<path d=${d} />`)}
    ${lines.map(({ from, source }) => box(source, from))}${cell && column.role !== "vector" && box(column, cell.whole)}
  </svg>`;
}
