/** Where the gradient of the open weight comes from, as a map in the place of its filter's own. */
import { colourOf } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { openNumber } from "../state.js";
import { sizeOf } from "./digits.js";
import { explained } from "./explanation.js";
import { kernelPlace } from "./places.js";
import { isWeight } from "./pointing.js";

/** @typedef {import("./places.js").WeightPlace} WeightPlace */

/**
 * The explained weight of a filter, while one of its weights is open.
 * @param {string} layer @param {number} channel
 * @returns {{place: WeightPlace, gradient: any} | null}
 */
export function contributionsTo(layer, channel) {
  const [open, now] = [openNumber.value, explained.value];
  const gradient = now?.answer?.gradient;
  const of = (/** @type {any} */ place) =>
    isWeight(place) && place.layer === layer && place.index[0] === channel;
  if (!gradient || !of(open) || !of(now.place)) return null;
  return { place: /** @type {WeightPlace} */ (now.place), gradient };
}

/** On the diverging scale, zero the paper. @param {any} gradient @returns {Uint32Array} */
export function contributionCells({ example_map }) {
  const limit = sizeOf(example_map);
  const table = palette.value.diverging;
  return Uint32Array.from(example_map.flat(), (/** @type {number} */ v) =>
    colourOf(table, v, limit),
  );
}

/** A weight by its filter and its place in its kernel.
 * @param {import("../drawing/layout.js").Column} column @param {WeightPlace} place */
export function weightInKernel(column, { layer, tensor, index }) {
  if (tensor === "bias") return `${layer}, filter ${index[0]}, bias`;
  const { k, r, c } = kernelPlace(column, index);
  const kernel = column.kernels > 1 ? `, kernel ${k}` : "";
  return `${layer}, filter ${index[0]}${kernel}, row ${r}, column ${c}`;
}

/** The same within its filter. @param {import("../drawing/layout.js").Column} column @param {WeightPlace} place */
export function weightShort(column, { tensor, index }) {
  if (tensor === "bias") return "the bias";
  const { k, r, c } = kernelPlace(column, index);
  return `${column.kernels > 1 ? `kernel ${k}, ` : ""}row ${r}, column ${c}`;
}

/** Whose map it is: not the probe's. @param {any} gradient */
export const batchImageName = ({ example, example_class, example_label }) =>
  `picture ${example} of the batch (${example_class ?? `class ${example_label}`}), not the probe`;
