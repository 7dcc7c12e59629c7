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
const PADDING_PX = 16; // of what scrolls

/** How wide each value is in the copy: whole pixels. @param {Column} column @param {number} type */
const cellSide = ({ shape: [, rows, cols] }, type) =>
  Math.max(1, Math.floor((LENS_PX * type) / Math.max(rows, cols)));

/** Whether two places share a part. @param {Rect} a @param {Rect} b */
const meet = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/**
 * Beside the map, where nothing lies that it was made from or that it feeds: to its right, there below or above
 * its own row, else under or over itself, else at its left. Where all of it is taken, what covers least.
 * @param {Rect} map in the drawing @param {{width: number, height: number}} size
 * @param {{left: number, width: number, height: number}} room from `left` to `width`
 * @param {Rect[]} kept what is to stay in sight
 * @param {Rect[]} row of them those that it feeds
 * @returns {{x: number, y: number}}
 */
export function lensPlace(map, size, room, kept, row) {
  const all = [map, ...row];
  const below = Math.max(...all.map(({ y, height }) => y + height)) + GAP_PX;
  const above = Math.min(...all.map(({ y }) => y)) - GAP_PX - size.height;
  const fitY = (/** @type {number} */ y) => Math.max(0, Math.min(room.height - size.height, y));
  const fitX = (/** @type {number} */ x) =>
    Math.max(room.left, Math.min(room.width - size.width, x));
  const level = map.y + (map.height - size.height) / 2;
  const [right, left] = [map.x + map.width + GAP_PX, map.x - GAP_PX - size.width];
  const over = map.x + (map.width - size.width) / 2;
  const places = [right, over, left].flatMap((x) =>
    [level, below, above].map((y) => ({ x: fitX(x), y: fitY(y) })),
  );
  const covered = (/** @type {{x: number, y: number}} */ at) =>
    [map, ...kept, ...row].filter((one) => meet({ ...at, ...size }, one)).length;
  return places.reduce((best, at) => (covered(at) < covered(best) ? at : best));
}

/** A map in the drawing. @param {Column} column @param {number} channel @returns {Rect[]} none where it is not shown */
function shown(column, channel) {
  const cell = !column.away && cellOf(column, channel);
  return cell ? [{ ...cell.map, x: column.x + cell.map.x }] : [];
}

/** The maps that are made of this map alone, one after the other. @param {Column} column @param {number} channel @returns {Rect[]} */
function fedBy(column, channel) {
  const next = plan.value?.columns.find((one) => one.source === column && one.role === "maps");
  if (!next || next.shape[0] !== column.shape[0]) return [];
  return [...shown(next, channel), ...fedBy(next, channel)];
}

/** The maps that it was made from. @param {Column} column @param {number} channel @returns {Rect[]} */
function madeFrom({ source, role }, channel) {
  if (!source) return [];
  if (role === "maps" && source.role !== "input") return shown(source, channel);
  return source.cells.map(({ map }) => ({ ...map, x: source.x + map.x }));
}

/** What may be covered, of what is seen of the drawing: the answers stay in sight, and the list that a map goes into.
 * @param {Column} column */
function roomBeside(column) {
  const now = /** @type {import("../../drawing/layout.js").Plan} */ (plan.value);
  const list = now.columns.find((one) => isList(one) && one.source === column);
  const end = list ? list.x : (now.answers?.x ?? now.width);
  const pane = document.querySelector(".scroller");
  if (!pane) return { left: 0, width: end, height: now.height };
  const seen = pane.scrollLeft + pane.clientWidth - 2 * PADDING_PX - (now.answers?.width ?? 0);
  return {
    left: Math.max(0, pane.scrollLeft - PADDING_PX),
    width: Math.min(end, seen),
    height: now.height,
  };
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
  const room = roomBeside(column);
  const kept = madeFrom(column, place.channel);
  const { x, y } = lensPlace(map, size, room, kept, fedBy(column, place.channel));
  const cells = () => cellsOf(column, place.channel);
  return html`<div class="map-lens" aria-hidden="true" style=${{ left: `${x}px`, top: `${y}px` }}>
    <${CellCanvas} cells=${cells} rows=${rows} cols=${cols} width=${size.width} stamp=${slowTick.value} label="The map, enlarged">
      <span class="mark" style=${shareOfGrid(place, rows, cols)}></span><//></div>`;
}
