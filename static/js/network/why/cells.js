/** An attribution as colours over its picture; no canvas. */
import { colourOf } from "../../shared/heatmap/colour.js";
import { blend } from "../../shared/heatmap/raster.js";

const FITTING = 0.98; // of the values
const DIMMED = 0.3; // of the picture, the rest is paper

/** @typedef {{values: Float64Array, rows: number, cols: number}} Plane */
/** @typedef {{cells: Uint32Array, rows: number, cols: number}} Picture packed colours */

/**
 * One number a place: of a colour picture the sum over its channels; what is no number stays none.
 * @param {any[]} values (C, H, W) or (H, W) @param {number[]} shape @returns {Plane}
 */
export function planeOf(values, shape) {
  const [rows, cols] = shape.slice(-2);
  const flat = /** @type {(number | null)[]} */ (values.flat(2));
  const sums = new Float64Array(rows * cols);
  for (let i = 0; i < flat.length; i++) sums[i % sums.length] += flat[i] ?? Number.NaN;
  return { values: sums, rows, cols };
}

/** The size that nearly all values fit below which are not 0: a few stand far out, and are painted as the
 * scale's end. @param {ArrayLike<number>} values */
export function usualSize(values) {
  const sizes = Array.from(values, Math.abs).filter((size) => size > 0 && size < Infinity);
  sizes.sort((a, b) => a - b);
  return sizes[Math.floor(FITTING * (sizes.length - 1))] ?? 0;
}

/** The place with the largest value. @param {Plane} plane */
export function strongest({ values, cols }) {
  const at = values.indexOf(values.reduce((most, v) => (v > most ? v : most), -Infinity));
  return { y: Math.floor(Math.max(0, at) / cols), x: Math.max(0, at) % cols };
}

/**
 * The picture dimmed, and over it each place of the attribution in its colour on the scale, the more
 * of it the larger its number is; a coarse attribution in blocks, nothing between its places.
 * @param {Plane} plane @param {Picture | null} picture @param {number} limit of the scale
 * @param {{diverging: Uint32Array, paper: number}} colours @returns {Picture}
 */
export function overlay(plane, picture, limit, { diverging, paper }) {
  const rows = Math.max(plane.rows, picture?.rows ?? 0);
  const cols = Math.max(plane.cols, picture?.cols ?? 0);
  const cells = new Uint32Array(rows * cols);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < cols; x++) {
      const value = plane.values[at(plane, y / rows, x / cols)];
      const under = picture
        ? blend(paper, picture.cells[at(picture, y / rows, x / cols)], DIMMED)
        : paper;
      cells[y * cols + x] = blend(under, colourOf(diverging, value, limit), cover(value, limit));
    }
  return { cells, rows, cols };
}

/** @param {{rows: number, cols: number}} grid @param {number} down 0 … 1 @param {number} across 0 … 1 */
const at = ({ rows, cols }, down, across) =>
  Math.floor(down * rows + 1e-9) * cols + Math.floor(across * cols + 1e-9);

/** How much of the picture a value covers. @param {number} value @param {number} limit */
function cover(value, limit) {
  if (!Number.isFinite(value)) return 1;
  return limit > 0 ? Math.sqrt(Math.min(1, Math.abs(value) / limit)) : 0;
}
