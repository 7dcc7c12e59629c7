/** The contributions to the open weight's gradient, over its filter's map in the network. */

import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { html } from "../../../shared/html.js";
import { openedFilter, openNumber, plan } from "../../state.js";
import {
  batchImageName,
  contributionCells,
  contributionsTo,
  weightInKernel,
} from "../contributions.js";
import { columnOf } from "../names.js";

const TAG = { width: 216, height: 64 }; // at most, CSS pixels

/** Below the map, or above it where there is no room, and never to the right of it: the card is there.
 * @param {import("../../drawing/layout.js").Rect} map @param {number} right its edge, in the pane @param {number} tall the pane */
function tagPlace(map, right, tall) {
  const below = map.y + map.height + 6;
  const [top, up] = below + TAG.height > tall ? [map.y - 6, "translateY(-100%)"] : [below, "none"];
  const width = Math.min(TAG.width, right);
  return { left: `${right - width}px`, top: `${top}px`, width: `${width}px`, transform: up };
}

export function ContributionsOverlay() {
  const place = openNumber.value;
  const column = place && columnOf(place.layer);
  const cell = column && "tensor" in place && column.cells[place.index[0]];
  const contribution = cell && contributionsTo(place.layer, cell.channel);
  if (!contribution || openedFilter.value || column.role !== "conv") return null;
  const { map } = cell;
  const left = column.x + map.x;
  const [, rows, cols] = column.shape;
  const name = weightInKernel(column, contribution.place);
  return html`<div class="contributions" style=${{ left: `${left}px`, top: `${map.y}px` }}>
      <${CellCanvas} cells=${() => contributionCells(contribution.gradient)} rows=${rows} cols=${cols} width=${map.width} height=${map.height}
        stamp=${contribution.gradient.step} label=${`Contributions to the gradient of ${name}`} /></div>
    <p class="contributions-tag" style=${tagPlace(map, left + map.width, plan.value?.height ?? 0)}><b>gradient of ${name}</b>
      <span>on ${batchImageName(contribution.gradient)}</span></p>`;
}
