/** The map whose value is open, enlarged beside it where it is too small to be read. */

import { keyOf } from "../../../shared/frame.js";
import { CellCanvas } from "../../../shared/heatmap/cell-canvas.js";
import { greyCells, mapCells } from "../../../shared/heatmap/cells.js";
import { palette } from "../../../shared/heatmap/palette.js";
import { shareOfGrid } from "../../../shared/heatmap/pointer.js";
import { html } from "../../../shared/html.js";
import { isList } from "../../drawing/flatten.js";
import { currentFrame, scales } from "../../drawing/painter.js";
import { drawingSize, openNumber, plan, preprocessing, slowTick } from "../../state.js";
import { columnOf } from "../names.js";
import { cellOf } from "../places.js";
import { isWeight } from "../pointing.js";

/** @typedef {import("../../drawing/layout.js").Column} Column @typedef {import("../../drawing/layout.js").Rect} Rect */

const SMALL_PX = 64; // a map that is larger can be read itself
const LENS_PX = 128; // of the copy, at the usual size of letters
const GAP_PX = 12;

/** How wide each value is in the copy: whole pixels. @param {Column} column @param {number} type */
const cellSide = ({ shape: [, rows, cols] }, type) =>
  Math.max(1, Math.floor((LENS_PX * type) / Math.max(rows, cols)));

/**
 * Beside the map: to its right, where nothing is that it was made from; else, at the drawing's end, below or
 * above it. @param {Rect} map in the drawing @param {{width: number, height: number}} size
 * @param {{width: number, height: number}} room @returns {{x: number, y: number}}
 */
export function lensPlace(map, size, room) {
  const y = Math.max(
    0,
    Math.min(room.height - size.height, map.y + (map.height - size.height) / 2),
  );
  const right = map.x + map.width + GAP_PX;
  if (right + size.width <= room.width) return { x: right, y };
  const below = map.y + map.height + GAP_PX;
  const above = map.y - GAP_PX - size.height;
  return {
    x: Math.max(0, room.width - size.width),
    y: below + size.height <= room.height ? below : Math.max(0, above),
  };
}

/** Where what may be covered ends: the answers stay in sight, and the list that a map goes into.
 * @param {Column} column */
function roomBeside(column) {
  const now = plan.value;
  const list = now?.columns.find((one) => isList(one) && one.source === column);
  return list ? list.x : (now?.answers?.x ?? now?.width ?? 0);
}

/** @param {Column} column @param {number} channel */
function cellsOf(column, channel) {
  const input = column.role === "input";
  const section = currentFrame()?.sections.get(
    input ? keyOf("", "input") : keyOf(column.name, "output"),
  );
  if (!section?.ranges) return null;
  if (input) return greyCells(section, channel, preprocessing.peek());
  const limit = scales.limit("maps", "value", column.name, channel);
  return mapCells(section, channel, palette.value.diverging, limit);
}

export function MapLens() {
  const [place, now] = [openNumber.value, plan.value];
  const column = place && now && columnOf(place.layer);
  if (!now || !column || isWeight(place) || place.within) return null;
  const cell = ["conv", "maps", "input"].includes(column.role) && cellOf(column, place.channel);
  const { type } = drawingSize.value;
  if (!cell || cell.map.width >= SMALL_PX * type || column.away) return null;
  const [, rows, cols] = column.shape;
  const side = cellSide(column, type);
  const size = { width: side * cols, height: side * rows };
  const map = { ...cell.map, x: column.x + cell.map.x };
  const { x, y } = lensPlace(map, size, { width: roomBeside(column), height: now.height });
  const cells = () => cellsOf(column, place.channel);
  return html`<div class="map-lens" aria-hidden="true" style=${{ left: `${x}px`, top: `${y}px` }}>
    <${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${size.width} stamp=${slowTick.value} label="The map, enlarged">
      <span class="mark" style=${shareOfGrid(place, rows, cols)}></span><//></div>`;
}
