/** The contributions to the open weight's gradient, over its filter's map in the network. */

import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { html } from "../../../shared/html.js";
import { openedFilter, openNumber } from "../../state.js";
import { contributionCells, contributionsTo, weightInKernel } from "../contributions.js";
import { columnOf } from "../names.js";

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
        stamp=${contribution.gradient.step} label=${`Contributions to the gradient of ${name}`} /></div>`;
}
