/**
 * What columns a network is drawn in: the input, and one for each layer, from left to right.
 *
 * @typedef {import("../../shared/types.js").Layer} Layer
 * @typedef {import("./layout.js").Cell} Cell
 * @typedef {"input" | "conv" | "maps" | "classes" | "vector" | "label"} Role
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {Layer | null} layer null for the input
 * @property {Role} role
 * @property {number[]} shape (C, H, W) of its maps
 * @property {number[] | null} kernel (rows, columns) of one kernel, or of one weight picture
 * @property {number} kernels how many there are for each cell
 * @property {Column | null} source the column whose maps it reads
 * @property {Column | null} above the column under whose maps its own stand; null: it stands alone
 * @property {number} x from the drawing's left edge
 * @property {number} home where that is while no filter is open
 * @property {boolean} away whether an open filter leaves no room for it
 * @property {number} width
 * @property {number} height
 * @property {number} span CSS pixels for its caption: up to the next column's
 * @property {number} homeSpan what that is while no filter is open
 * @property {Cell[]} cells
 */

import { fold } from "./packing.js";

const MOST_CLASSES = 24;

/** (C, H, W) of any output: a vector of N is one row. @param {number[]} shape */
export const asMaps = (shape) => (shape.length === 3 ? shape : [1, 1, shape[shape.length - 1]]);

/** @param {Layer} layer @param {boolean} last @returns {Role} */
function roleOf(layer, last) {
  if (layer.type === "Conv2d") return "conv";
  if (layer.type === "Flatten" || layer.type === "Dropout") return "label";
  if (layer.type === "Linear" && last && layer.output_shape[0] <= MOST_CLASSES) return "classes";
  return layer.output_shape.length === 3 ? "maps" : "vector";
}

/** @param {Layer} layer @param {Column} source @returns {{kernel: [number, number], kernels: number}} */
function weightsOf(layer, source) {
  const shape = /** @type {number[]} */ (layer.weight_shape);
  if (layer.type === "Conv2d") return { kernel: [shape[2], shape[3]], kernels: shape[1] };
  const [channels, height, width] = source.shape;
  const spatial = height * width > 1 && channels * height * width === shape[1];
  return spatial
    ? { kernel: [height, width], kernels: channels }
    : { kernel: fold(shape[1]), kernels: 1 };
}

/** Whether what is in view of a layer reads what is in view of another. @param {Layer} layer @param {Column} source */
function isInView({ type, window }, source) {
  const from = source.layer?.window;
  if (type === "Conv2d") return !from && !(window && window.channels < window.read);
  return window?.first === from?.first;
}

/** The columns without places. @param {Layer[]} layers @param {number[]} inputShape @returns {Column[]} */
export function columnsOf(layers, inputShape) {
  const blank = {
    kernel: null,
    kernels: 0,
    above: null,
    x: 0,
    home: 0,
    away: false,
    width: 0,
    height: 0,
    span: 0,
    homeSpan: 0,
    cells: [],
  };
  /** @type {Column} */
  let source = {
    ...blank,
    name: "input",
    layer: null,
    role: "input",
    shape: inputShape,
    source: null,
  };
  const columns = [source];
  let before = source.name;
  for (const layer of layers) {
    // a layer of somebody's own network may read another, or what is computed in between
    const reads = layer.reads === undefined || [before, source.name].includes(layer.reads ?? "");
    const follows = reads && isInView(layer, source);
    const role = roleOf(layer, layer === layers[layers.length - 1]);
    const weights = layer.weight_shape && ["Conv2d", "Linear"].includes(layer.type);
    /** @type {Column} */
    const column = {
      ...blank,
      ...(weights ? weightsOf(layer, source) : {}),
      name: layer.name,
      layer,
      role,
      shape: asMaps(layer.output_shape),
      source: follows ? source : null,
      cells: [],
    };
    columns.push(column);
    if (role !== "label") source = column;
    before = layer.name;
  }
  return columns;
}

/** How many cells a column has, one below the other. @param {Column} column */
export function cellCount(column) {
  if (column.role === "label") return 0;
  if (column.role === "classes") return column.shape[2];
  if (column.role === "vector") return 1;
  if (column.role === "input" && column.shape[0] === 3) return 4;
  return column.shape[0];
}

/**
 * Which channel of its source a cell's k-th kernel reads; groups split the channels.
 * @param {Column} column @param {number} channel @param {number} k
 */
export function sourceChannel(column, channel, k) {
  const groups = Number(column.layer?.arguments.groups ?? 1);
  const perGroup = column.shape[0] / groups;
  return column.role === "conv" ? Math.floor(channel / perGroup) * column.kernels + k : k;
}
