/**
 * How large the numbers of a frame are: for each cell of a column, for its layer, for the network.
 * From these come the colour scales, −limit … +limit.
 *
 * @typedef {import("./layout.js").Column} Column
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {import("../../shared/frame.js").Section} Section
 * @typedef {"map" | "layer" | "network"} Mode
 * @typedef {{cells: Float32Array, layer: number}} Extent
 * @typedef {{maps: Map<string, Extent>, kernels: Map<string, Extent>, network: {maps: number, kernels: number}}} Extents
 */

import { keyOf } from "../../shared/frame.js";
import { largest } from "../../shared/heatmap/colour.js";

/** What of a weight the kernels show: `value`, `gradient` or `update`.
 * @param {string} kind weight, gradient or update */
export const ofKind = (kind) => (kind === "weight" ? "value" : kind);

/** @param {Section} section u8, with the range of each channel */
function mapLimits(section) {
  const ranges = /** @type {Float32Array} */ (section.ranges);
  return Float32Array.from({ length: section.shape[0] }, (_, c) =>
    largest(ranges, 2 * c, 2 * c + 2),
  );
}

/** @param {Section} section f32, its first axis the filters */
function filterLimits(section) {
  const each = section.values.length / section.shape[0];
  return Float32Array.from({ length: section.shape[0] }, (_, f) =>
    largest(section.values, f * each, (f + 1) * each),
  );
}

/** @param {Map<string, Extent>} into @param {string} name @param {Float32Array} cells */
function put(into, name, cells) {
  const extent = { cells, layer: largest(cells, 0, cells.length) };
  into.set(name, extent);
  return extent.layer;
}

/**
 * @param {Frame} frame @param {Column[]} columns @param {string} kind weight, gradient or update
 * @returns {Extents}
 */
export function extentsOf(frame, columns, kind) {
  /** @type {Extents} */
  const all = { maps: new Map(), kernels: new Map(), network: { maps: 0, kernels: 0 } };
  for (const { name, role } of columns) {
    const maps = frame.sections.get(keyOf(name, "output"));
    if (maps?.ranges && role !== "classes") {
      all.network.maps = Math.max(all.network.maps, put(all.maps, name, mapLimits(maps)));
    }
    const weights = frame.sections.get(keyOf(name, "weight", ofKind(kind)));
    if (weights?.dtype === "f32" && (role === "conv" || role === "classes")) {
      all.network.kernels = Math.max(
        all.network.kernels,
        put(all.kernels, name, filterLimits(weights)),
      );
    }
  }
  return all;
}

/**
 * Half the scale of one cell. @param {Extents} all @param {"maps" | "kernels"} what
 * @param {string} name @param {number} cell @param {Mode} mode
 */
export function limitOf(all, what, name, cell, mode) {
  if (mode === "network") return all.network[what];
  const extent = all[what].get(name);
  return (mode === "layer" ? extent?.layer : extent?.cells[cell]) ?? 0;
}
