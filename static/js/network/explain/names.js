/** What the numbers before a value are called, and how to open them. */

import { cellName } from "../drawing/names.js";
import { pinned, plan, run } from "../state.js";
import { kernelPlace, mapChannel } from "./places.js";
import { pinAt } from "./pointing.js";

/** @typedef {import("../drawing/layout.js").Column} Column */

/** Whose weight it is. @param {Column} column @param {number} out */
function ownerOf(column, out) {
  if (column.role === "conv") return `filter ${out}`;
  if (column.role === "maps") return `map ${out}`;
  return run.value?.classes[out] && column.role === "classes"
    ? run.value.classes[out]
    : `output ${out}`;
}

/** What a weight is called, in words. @param {import("./places.js").WeightPlace} place */
export function weightName({ layer, tensor, index }) {
  const column = columnOf(layer);
  if (!column) return `${layer}, ${tensor}`;
  const name = `${layer}, ${tensor} of ${ownerOf(column, index[0])}`;
  if (index.length === 1 || !column.kernel) return name;
  if (column.kernels === 1 && column.role !== "conv") return `${name}, for value ${index[1]}`;
  const { k, r, c } = kernelPlace(column, index);
  return `${name}${column.kernels > 1 ? `, kernel ${k}` : ""}, row ${r}, column ${c}`;
}

/** @param {string} layer @returns {Column | undefined} */
export const columnOf = (layer) => plan.value?.columns.find((column) => column.name === layer);

/** The name of one channel of the column before. @param {Column} column @param {number} channel */
export function sourceName(column, channel) {
  const { source } = column;
  if (!source) return "";
  if (source.role === "input" && source.shape[0] === 1) return "the input";
  const cell = source.cells.find((one) => mapChannel(source, one.channel) === channel);
  if (source.role === "vector") return `${source.name}, value ${channel}`;
  return cellName(source, cell?.channel ?? channel).replace("filter", "map");
}

/** Opens a value of the column before, where the card can be reached with the pointer.
 * @param {Column} column @param {number} channel */
export function opener(column, channel) {
  const { source } = column;
  if (!pinned.value || !source) return null;
  return (/** @type {number | null} */ y, /** @type {number | null} */ x) => {
    if (y !== null && x !== null) pinAt({ layer: source.name, channel, y, x });
  };
}

/** Where the n-th number of a flattened stack of maps comes from.
 * @param {Column} column @param {number} index @returns {{channel: number, y: number, x: number}} */
export function unflattened(column, index) {
  const [, rows, cols] = column.source?.shape ?? [1, 1, 1];
  if (column.source?.role === "vector") return { channel: index, y: 0, x: 0 };
  const at = index % (rows * cols);
  return { channel: Math.floor(index / (rows * cols)), y: Math.floor(at / cols), x: at % cols };
}
