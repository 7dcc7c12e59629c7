/**
 * Which number is under a point, which numbers it was made from, and where those are drawn.
 * Arithmetic over the layout only, so that an outline is there before the server has answered.
 *
 * @typedef {import("../drawing/layout.js").Column} Column
 * @typedef {import("../drawing/layout.js").Cell} Cell
 * @typedef {import("../drawing/layout.js").Rect} Rect
 * @typedef {import("../../shared/types.js").Layer} Layer
 * @typedef {{layer: string, channel: number, y: number, x: number}} ValuePlace "input" is a layer here
 * @typedef {{layer: string, tensor: string, index: number[]}} WeightPlace index by torch's axes
 * @typedef {import("../../shared/receptive-field.js").Patch} Patch
 */

import { cellAt } from "../../shared/heatmap/pointer.js";
import { patchOf } from "../../shared/receptive-field.js";
import { sourceChannel } from "../drawing/columns.js";

const SMALL_CELL = 8; // CSS pixels; a kernel of smaller cells is pointed at in an enlarged copy
const COPY = { whole: 44, least: 6, most: 14 }; // of that copy and of its cells, CSS pixels

/** A value as the server is asked for it. @param {ValuePlace} place */
export const valueAsked = ({ layer, channel, y, x }) => ({ layer, channel, y, x });

/** A weight as the server is asked for it: a bias and a linear layer's weight have fewer axes.
 * @param {WeightPlace} place */
export const weightAsked = ({ layer, tensor, index: [out, ...rest] }) => ({
  layer,
  tensor,
  out,
  in: rest[0],
  ky: rest[1],
  kx: rest[2],
});

/** @param {any} a @param {any} b */
export const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The channel that a cell's map shows; null for the input's picture in colour.
 * @param {Column} column @param {number} channel of the cell */
export const mapChannel = (column, channel) =>
  column.role === "input" && column.shape[0] === 3 ? (channel === 0 ? null : channel - 1) : channel;

/**
 * The value at a place of a cell's map, in shares of its width and height.
 * @param {Column} column @param {Cell} cell @param {number} across @param {number} down
 * @returns {ValuePlace | null} null: nothing of its own is there
 */
export function valueAt(column, cell, across, down) {
  const [, rows, cols] = column.shape;
  const layer = column.name;
  if (column.role === "vector") return { layer, channel: cellAt(down, cols), y: 0, x: 0 };
  if (column.role === "classes") return { layer, channel: cell.channel, y: 0, x: 0 };
  const channel = mapChannel(column, cell.channel) ?? 0;
  return { layer, channel, y: cellAt(down, rows), x: cellAt(across, cols) };
}

/**
 * The weight or bias at a point of a column, in CSS pixels of the column.
 * @param {Column} column @param {Cell} cell @param {number} x @param {number} y
 * @returns {WeightPlace | null}
 */
export function weightAt(column, cell, x, y) {
  if (!column.kernel || !column.layer) return null;
  const layer = column.name;
  if (cell.bias && inside(cell.bias, x, y, 2) && column.layer.bias_shape) {
    return { layer, tensor: "bias", index: [cell.channel] };
  }
  const [rows, cols] = column.kernel;
  const k = cell.kernels.findIndex((place) => inside(place, x, y, 0));
  const at = cell.kernels[k];
  if (!at) return null;
  const grid = enlarged(column, at) ?? at;
  const r = cellAt((y - grid.y) / grid.height, rows);
  const c = cellAt((x - grid.x) / grid.width, cols);
  return { layer, tensor: "weight", index: weightIndex(column, cell.channel, k, r, c) };
}

/**
 * Where the enlarged copy of a kernel is: over the kernel's own middle, and hardly reaching over its
 * neighbours, so that the pointer goes from copy to copy.
 * @param {Column} column @param {Rect} kernel @returns {Rect | null} null: it is large enough itself
 */
export function enlarged(column, kernel) {
  const [rows, cols] = column.kernel ?? [1, 1];
  if (kernel.width / cols >= SMALL_CELL) return null;
  const fits = Math.floor(COPY.whole / Math.max(rows, cols));
  const side = Math.max(COPY.least, Math.min(COPY.most, fits));
  const [width, height] = [side * cols, side * rows];
  const x = Math.round(kernel.x + (kernel.width - width) / 2);
  const y = Math.round(kernel.y + (kernel.height - height) / 2);
  return { x, y, width, height };
}

/** @param {Rect} rect @param {number} x @param {number} y @param {number} slack */
const inside = (rect, x, y, slack) =>
  x >= rect.x - slack &&
  x < rect.x + rect.width + slack &&
  y >= rect.y - slack &&
  y < rect.y + rect.height + slack;

/** A cell of the k-th kernel of a filter by torch's axes: (out, in, kh, kw), or (out, in).
 * @param {Column} column @param {number} out @param {number} k @param {number} r @param {number} c */
export function weightIndex(column, out, k, r, c) {
  const [rows, cols] = column.kernel ?? [1, 1];
  if (column.layer?.weight_shape?.length === 4) return [out, k, r, c];
  return [out, k * rows * cols + r * cols + c];
}

/** Where in its kernel a weight is drawn. @param {Column} column @param {number[]} index */
export function kernelPlace(column, index) {
  const [rows, cols] = column.kernel ?? [1, 1];
  if (index.length === 4) return { k: index[1], r: index[2], c: index[3] };
  const at = index[1];
  return { k: Math.floor(at / (rows * cols)), r: Math.floor(at / cols) % rows, c: at % cols };
}

/** The channels before it that a value reads. @param {Column} column @param {number} channel */
function channelsRead(column, channel) {
  if (column.role !== "conv") return [channel];
  return Array.from({ length: column.kernels }, (_, k) => sourceChannel(column, channel, k));
}

/** The cell of a column that shows a channel. @param {Column} column @param {number} channel */
export function cellOf(column, channel) {
  const shift = column.role === "input" && column.shape[0] === 3 ? 1 : 0;
  return column.role === "vector" ? column.cells[0] : column.cells[channel + shift];
}

/**
 * A patch of a cell's map as a rectangle of the pane.
 * @param {Column} column @param {Cell} cell @param {Patch} patch @returns {Rect}
 */
export function patchRect(column, cell, patch) {
  const [, rows, cols] = column.shape;
  const { map } = cell;
  const [w, h] = [map.width / cols, map.height / rows];
  return {
    x: column.x + map.x + patch.left * w,
    y: map.y + patch.top * h,
    width: patch.columns * w,
    height: patch.rows * h,
  };
}

/**
 * The maps that a value reads with the zeros around them, where its patch reaches over their edge.
 * @param {Column} column @param {ValuePlace} place @returns {Rect[]}
 */
export function paddedMaps(column, { channel, y, x }) {
  const { source, layer } = column;
  const patch = layer && patchOf(layer, y, x);
  if (!source || !patch || source.role === "vector") return [];
  const [, rows, cols] = source.shape;
  const [bottom, right] = [patch.top + patch.rows, patch.left + patch.columns];
  if (patch.top >= 0 && patch.left >= 0 && bottom <= rows && right <= cols) return [];
  const [down, across] = pair(layer.arguments.padding);
  const whole = { top: -down, left: -across, rows: rows + 2 * down, columns: cols + 2 * across };
  return channelsRead(column, channel).flatMap((from) => {
    const cell = cellOf(source, from);
    return cell ? [patchRect(source, cell, whole)] : [];
  });
}

/** @param {any} value a number or a pair @returns {[number, number]} */
const pair = (value) => (Array.isArray(value) ? [value[0], value[1]] : [value ?? 0, value ?? 0]);

/** The rectangle of one value. @param {Column} column @param {ValuePlace} place @returns {Rect | null} */
export function valueRect(column, { channel, y, x }) {
  const cell = cellOf(column, channel);
  if (!cell) return null;
  if (column.role === "vector") {
    const each = cell.map.height / column.shape[2];
    const top = cell.map.y + channel * each;
    return { x: column.x + cell.map.x, y: top, width: cell.map.width, height: each };
  }
  if (column.role === "classes") return { ...cell.map, x: column.x + cell.map.x };
  return patchRect(column, cell, { top: y, left: x, rows: 1, columns: 1 });
}

/**
 * The outlines on the maps that a value was made from.
 * @param {Column} column @param {ValuePlace} place @returns {Rect[]}
 */
export function patchRects(column, { channel, y, x }) {
  const { source, layer } = column;
  const patch = layer && patchOf(layer, y, x);
  if (!source || !patch) return [];
  if (source.role === "vector") {
    const rect = valueRect(source, { layer: source.name, channel, y: 0, x: 0 });
    return rect ? [rect] : [];
  }
  return channelsRead(column, channel).flatMap((from) => {
    const cell = cellOf(source, from);
    return cell ? [patchRect(source, cell, patch)] : [];
  });
}
