/** A filter over the steps: which steps, and its kernels as one image. */
import { colourOf } from "../../shared/heatmap/colour.js";

/** The steps of a strip, of those that are past. @param {number} end how many there are @returns {number[]} */
export function doublingSteps(end) {
  const steps = end > 0 ? [0] : [];
  for (let step = 1; step < end; step *= 2) steps.push(step);
  return steps;
}

/**
 * A filter's kernels as one picture, in rows of about as many as there are rows, a cell apart.
 * @param {Float32Array | number[]} values (kernels, kh, kw) @param {number} kernels
 * @param {number} kh @param {number} kw @param {Uint32Array} diverging @param {number} limit of the scale
 * @returns {{cells: Uint32Array, rows: number, cols: number}} cells between kernels are clear
 */
export function kernelGrid(values, kernels, kh, kw, diverging, limit) {
  const across = Math.ceil(Math.sqrt(kernels));
  const [rows, cols] = [Math.ceil(kernels / across) * (kh + 1) - 1, across * (kw + 1) - 1];
  const cells = new Uint32Array(rows * cols);
  for (let i = 0; i < kernels * kh * kw; i++) {
    const [k, at] = [Math.floor(i / (kh * kw)), i % (kh * kw)];
    const y = Math.floor(k / across) * (kh + 1) + Math.floor(at / kw);
    const x = (k % across) * (kw + 1) + (at % kw);
    cells[y * cols + x] = colourOf(diverging, values[i], limit);
  }
  return { cells, rows, cols };
}
