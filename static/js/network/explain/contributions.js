/** What pulled the weight that is open, as a map in the place of its filter's own. */
import { colourOf } from "../../shared/heatmap/colour.js";
import { palette } from "../../shared/heatmap/palette.js";
import { reading } from "../state.js";
import { sizeOf } from "./digits.js";
import { explained } from "./follow.js";
import { kernelPlace } from "./places.js";
import { isWeight } from "./pointing.js";

/** @typedef {import("./places.js").WeightPlace} WeightPlace */

/**
 * The explained weight of a filter, while one of its weights is open.
 * @param {string} layer @param {number} channel
 * @returns {{place: WeightPlace, gradient: any} | null}
 */
export function pullOn(layer, channel) {
  const [open, now] = [reading.value, explained.value];
  const gradient = now?.answer?.gradient;
  const of = (/** @type {any} */ place) =>
    isWeight(place) && place.layer === layer && place.index[0] === channel;
  if (!gradient || !of(open) || !of(now.place)) return null;
  return { place: /** @type {WeightPlace} */ (now.place), gradient };
}

/** On the diverging scale, zero the paper. @param {any} gradient @returns {Uint32Array} */
export function pullCells({ picture_map }) {
  const limit = sizeOf(picture_map);
  const table = palette.value.diverging;
  return Uint32Array.from(picture_map.flat(), (/** @type {number} */ v) =>
    colourOf(table, v, limit),
  );
}

/** A weight by its filter and its place in its kernel.
 * @param {import("../drawing/layout.js").Column} column @param {WeightPlace} place */
export function pulledName(column, { layer, tensor, index }) {
  if (tensor === "bias") return `${layer}, filter ${index[0]}, bias`;
  const { k, r, c } = kernelPlace(column, index);
  const kernel = column.kernels > 1 ? `, kernel ${k}` : "";
  return `${layer}, filter ${index[0]}${kernel}, weight (${r}, ${c})`;
}

/** Whose map it is: not the probe's. @param {any} gradient */
export const pulledOn = ({ picture, picture_class, picture_label }) =>
  `picture ${picture} of the batch (${picture_class ?? `class ${picture_label}`}), not the probe`;
