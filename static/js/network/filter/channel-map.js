/**
 * What one kernel makes of the map that it reads, before all of a filter's are added up.
 * Cross-correlation as torch.nn.functional.conv2d defines it; no I/O.
 *
 * @typedef {{stride: [number, number], padding: [number, number], dilation: [number, number]}} Geometry rows, columns
 * @typedef {{values: ArrayLike<number>, rows: number, cols: number}} Grid row-major
 */

/** @param {any} value a number or a pair @returns {[number, number]} */
const pair = (value) => (Array.isArray(value) ? [value[0], value[1]] : [value, value]);

/** @param {import("../../shared/types.js").Layer} layer a convolution @returns {Geometry} */
export const geometryOf = ({ arguments: { stride, padding, dilation } }) => ({
  stride: pair(stride ?? 1),
  padding: pair(padding ?? 0),
  dilation: pair(dilation ?? 1),
});

/**
 * @param {Grid} map @param {Grid} kernel @param {Geometry} geometry
 * @param {number} rows of the result @param {number} cols of the result
 * @returns {Float32Array} rows × cols
 */
export function channelMap(map, kernel, geometry, rows, cols) {
  const out = new Float32Array(rows * cols);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols; x++) out[y * cols + x] = valueAt(map, kernel, geometry, y, x);
  }
  return out;
}

/** @param {Grid} map @param {Grid} kernel @param {Geometry} geometry @param {number} y @param {number} x */
function valueAt(map, kernel, { stride, padding, dilation }, y, x) {
  let sum = 0;
  for (let r = 0; r < kernel.rows; r++) {
    const row = y * stride[0] - padding[0] + r * dilation[0];
    if (row < 0 || row >= map.rows) continue;
    for (let c = 0; c < kernel.cols; c++) {
      const col = x * stride[1] - padding[1] + c * dilation[1];
      if (col < 0 || col >= map.cols) continue;
      sum += map.values[row * map.cols + col] * kernel.values[r * kernel.cols + c];
    }
  }
  return sum;
}

/**
 * One channel of a frame's maps as numbers: as fine as the 256 levels that a frame has.
 * @param {import("../../shared/frame.js").Section} section @param {number} channel @returns {Grid}
 */
export function mapValues(section, channel) {
  const [, rows, cols] = section.shape;
  const ranges = /** @type {Float32Array} */ (section.ranges);
  const [lo, hi] = [ranges[2 * channel], ranges[2 * channel + 1]];
  const from = channel * rows * cols;
  const values = Float32Array.from(
    { length: rows * cols },
    (_, i) => lo + (section.values[from + i] / 255) * (hi - lo),
  );
  return { values, rows, cols };
}
