/** How like an edge detector a filter is. Arithmetic only. */

/** @typedef {{direction: "vertical" | "horizontal", r: number}} Likeness r: correlation, −1 … 1 */

const LEAST = 2; // a kernel of one row or column sees no edge in both directions

/** The row n of Pascal's triangle: 1 2 1 for 3. @param {number} n */
function binomial(n) {
  let row = [1];
  while (row.length < n) row = [1, ...row.slice(1).map((value, i) => value + row[i]), 1];
  return row;
}

/** −1 0 1 for 3: what differs between two sides. @param {number} n */
const slope = (n) => Array.from({ length: n }, (_, i) => i - (n - 1) / 2);

/** Sobel's kernels, and the same for other sizes: a difference one way, a mean the other.
 * @param {number} rows @param {number} cols */
function templates(rows, cols) {
  const outer = (/** @type {number[]} */ down, /** @type {number[]} */ across) =>
    down.flatMap((a) => across.map((b) => a * b));
  return {
    vertical: outer(binomial(rows), slope(cols)),
    horizontal: outer(slope(rows), binomial(cols)),
  };
}

/** Pearson's correlation of two lists; 0 where one of them is constant.
 * @param {number[]} a @param {number[]} b */
export function correlation(a, b) {
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (/** @type {number[]} */ x, mx = 0, /** @type {number[]} */ y = [], my = 0) =>
    x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0);
  const size = Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb));
  return size > 0 ? dot(a, ma, b, mb) / size : 0;
}

/** The kernels of a filter added up: what it makes of a grey picture.
 * @param {ArrayLike<number>} weights (out, in, rows, cols) of a layer @param {number} filter
 * @param {{kernels: number, rows: number, cols: number}} size */
export function summedKernel(weights, filter, { kernels, rows, cols }) {
  const area = rows * cols;
  const at = filter * kernels * area;
  return Array.from({ length: area }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < kernels; k++) sum += weights[at + k * area + i];
    return sum;
  });
}

/** The edge that a kernel is most like. @param {number[]} kernel @param {number} rows @param {number} cols
 * @returns {Likeness | null} null: too small to see an edge */
export function edgeLikeness(kernel, rows, cols) {
  if (rows < LEAST || cols < LEAST) return null;
  const { vertical, horizontal } = templates(rows, cols);
  const [v, h] = [correlation(kernel, vertical), correlation(kernel, horizontal)];
  return Math.abs(v) >= Math.abs(h)
    ? { direction: "vertical", r: v }
    : { direction: "horizontal", r: h };
}

/**
 * Filters in the order in which they are worth telling of: those that are most like an edge now and were not
 * at first, as far as they answer.
 * @param {{now: number, first: number, answers: number}[]} filters |r| now and at first; answers: 0 … 1
 * @returns {number[]} their numbers
 */
export function mostTelling(filters) {
  const worth = filters.map(({ now, first, answers }) => (2 * now - first) * answers);
  return filters.map((_, i) => i).sort((a, b) => worth[b] - worth[a]);
}
