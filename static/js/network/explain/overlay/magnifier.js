/** The enlarged copy of a kernel whose cells are too small to point at, in its own place. */

import { keyOf } from "../../../shared/frame.js";
import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { valueCells } from "../../../shared/heatmap/cells.js";
import { palette } from "../../../shared/heatmap/palette.js";
import { cellUnder, shareOfGrid } from "../../../shared/heatmap/pointer.js";
import { html } from "../../../shared/html.js";
import { currentFrame, scales } from "../../drawing/painter.js";
import { ofKind } from "../../drawing/scales.js";
import { openFilter } from "../../intents.js";
import { hoveredCell, kernelKind, openedFilter, openNumber, slowTick } from "../../state.js";
import { columnOf } from "../names.js";
import { enlarged, kernelPlace, weightIndex } from "../places.js";
import { isWeight, pointAt } from "../pointing.js";

/** @typedef {import("../../drawing/layout.js").Column} Column @typedef {{column: Column, channel: number, k: number}} Which */

/** Its colours as they are in the column. @param {Which} which */
function cellsOf({ column, channel, k }) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const n = rows * cols;
  const key = keyOf(column.name, "weight", ofKind(kernelKind.value));
  const section = currentFrame()?.sections.get(key);
  if (!section) return new Uint32Array(n).fill(palette.value.absent);
  const limit = scales.limit("kernels", ofKind(kernelKind.value), column.name, channel);
  const from = (channel * column.kernels + k) * n;
  return valueCells(section.values, from, n, palette.value.diverging, limit);
}

/** @param {PointerEvent} event @param {Which} which */
function pointIn(event, { column, channel, k }) {
  const [rows, cols] = column.kernel ?? [1, 1];
  const { y, x } = cellUnder(event, rows, cols);
  pointAt({ layer: column.name, tensor: "weight", index: weightIndex(column, channel, k, y, x) });
}

function leave() {
  hoveredCell.value = null;
  pointAt(null);
}

/** The kernel of the weight that is open. @returns {(Which & {r: number, c: number}) | null} */
function openKernel() {
  const place = openNumber.value;
  if (!place || !isWeight(place) || place.within || place.tensor !== "weight" || openedFilter.value)
    return null;
  const column = columnOf(place.layer);
  return column ? { column, channel: place.index[0], ...kernelPlace(column, place.index) } : null;
}

export function Magnifier() {
  const which = openKernel();
  const kernel = which?.column.cells[which.channel]?.kernels[which.k];
  const rect = which && kernel && enlarged(which.column, kernel);
  if (!rect) return null;
  const { column, channel, r, c } = which;
  const [rows, cols] = column.kernel ?? [1, 1];
  const style = { left: `${column.x + rect.x}px`, top: `${rect.y}px` };
  return html`<div class="magnifier" aria-hidden="true" style=${style} onPointerLeave=${leave}
    onPointerMove=${(/** @type {PointerEvent} */ event) => pointIn(event, which)} onClick=${() => openFilter(column.name, channel)}>
    <${CellCanvas} cells=${() => cellsOf(which)} rows=${rows} cols=${cols} width=${rect.width} height=${rect.height}
      stamp=${slowTick.value} label="The kernel, enlarged"><span class="mark" style=${shareOfGrid({ y: r, x: c }, rows, cols)}></span><//></div>`;
}
