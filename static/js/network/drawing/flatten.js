/** Flatten: the maps before it as one list, each number of which leads to where it comes from. */
import { count } from "../../shared/format.js";
import { keyOf } from "../../shared/frame.js";
import { CellCanvas } from "../../shared/heatmap/cell-canvas.js";
import { mapCells } from "../../shared/heatmap/cells.js";
import { palette } from "../../shared/heatmap/palette.js";
import { cellAt } from "../../shared/heatmap/pointer.js";
import { html } from "../../shared/html.js";
import { moved, pointAt, togglePin } from "../explain/pointing.js";
import { openNumber, slowTick } from "../state.js";
import { currentFrame, scales } from "./painter.js";
import { meaning } from "./scales.js";

/** @typedef {import("./layout.js").Column} Column */

const LIST_SHARE = 0.5; // of the column's width, beside its name

/** Whether a column is a list of more than one map's values. @param {Column} column */
export const isList = ({ layer, source }) =>
  layer?.type === "Flatten" && source?.role === "maps" && source.shape[1] * source.shape[2] > 1;

/** @param {Column} column */
const listWidth = (column) => Math.round(column.width * LIST_SHARE);

/** Where a number of the list is drawn: its middle. @param {Column} column @param {number} index */
export function listPlace(column, index) {
  const width = listWidth(column);
  const y = ((index + 0.5) / column.shape[2]) * column.height;
  return { x: column.x + column.width - width, y, width };
}

/** The list's colours: of each map those that it has itself. @param {Column} column */
function cellsOf({ source, shape }) {
  const section = source && currentFrame()?.sections.get(keyOf(source.name, "output"));
  if (!source || !section?.ranges) return null;
  const all = new Uint32Array(shape[2]);
  const [maps, rows, cols] = source.shape;
  for (let map = 0; map < maps; map++) {
    const limit = scales.limit("maps", meaning(section), source.name, map);
    all.set(
      mapCells(section, map, palette.value.diverging, limit).subarray(0, rows * cols),
      map * rows * cols,
    );
  }
  return all;
}

/** @param {{column: Column}} props */
export function FlattenList({ column }) {
  const many = column.shape[2];
  const at = (/** @type {number} */ channel) => ({ layer: column.name, channel, y: 0, x: 0 });
  const under = (/** @type {MouseEvent} */ event) => {
    const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    return at(cellAt((event.clientY - box.top) / box.height, many));
  };
  const open = openNumber.value;
  const own = open && "y" in open && open.layer === column.name ? open.channel : 0;
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const next = moved({ ...at(0), y: own }, event.key, many, 1);
    if (!next) return;
    event.preventDefault();
    pointAt(at(next.y));
  };
  const cells = () => cellsOf(column);
  return html`<span class="flat-list"><${CellCanvas} cells=${cells} rows=${many} cols=${1} width=${listWidth(column)} height=${column.height} stamp=${slowTick.value} label=${`${column.name}: ${count(many)} numbers in a list`}>
    <button type="button" class="map whole" aria-label=${`${column.name}, a list of ${count(many)} numbers: point at one, or use the arrow keys, to see which map, row and column it comes from`}
      onPointerMove=${(/** @type {PointerEvent} */ e) => pointAt(under(e))} onPointerLeave=${() => pointAt(null)} onBlur=${() => pointAt(null)}
      onKeyDown=${onKey} onClick=${(/** @type {MouseEvent} */ e) => togglePin(e.detail > 0 ? under(e) : at(own))}></button><//></span>`;
}
