/** The pull on the weight that is open, over its filter's map in the network. */

import { Picture } from "../../../shared/heatmap/picture.js";
import { html } from "../../../shared/html.js";
import { opened, plan, reading } from "../../state.js";
import { pullCells, pulledName, pulledOn, pullOn } from "../contributions.js";
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

export function PullOver() {
  const place = reading.value;
  const column = place && columnOf(place.layer);
  const cell = column && "tensor" in place && column.cells[place.index[0]];
  const pull = cell && pullOn(place.layer, cell.channel);
  if (!pull || opened.value || column.role !== "conv") return null;
  const { map } = cell;
  const left = column.x + map.x;
  const [, rows, cols] = column.shape;
  const name = pulledName(column, pull.place);
  return html`<div class="pull-over" style=${{ left: `${left}px`, top: `${map.y}px` }}>
      <${Picture} cells=${() => pullCells(pull.gradient)} rows=${rows} cols=${cols} width=${map.width} height=${map.height}
        stamp=${pull.gradient.step} label=${`Where ${name} was pulled`} /></div>
    <p class="pull-tag" style=${tagPlace(map, left + map.width, plan.value?.height ?? 0)}><b>where ${name} was pulled</b>
      <span>on ${pulledOn(pull.gradient)}</span></p>`;
}
