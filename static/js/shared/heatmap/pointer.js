/** From a pointer over a grid of cells to the cell, and from cells to their place in it. */

/** @param {number} share 0 … 1 @param {number} n @returns {number} 0 … n − 1 */
export const cellAt = (share, n) => Math.max(0, Math.min(n - 1, Math.floor(share * n)));

/** The cell of an element's grid under the pointer. @param {MouseEvent} event @param {number} rows @param {number} cols */
export function cellUnder(event, rows, cols) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  return {
    y: cellAt((event.clientY - box.top) / box.height, rows),
    x: cellAt((event.clientX - box.left) / box.width, cols),
  };
}

/**
 * Some cells of a grid as a style, in shares of the whole.
 * @param {{x: number, y: number, width?: number, height?: number}} cells @param {number} rows @param {number} cols
 */
export const shareOfGrid = ({ x, y, width = 1, height = 1 }, rows, cols) => ({
  left: `${(100 * x) / cols}%`,
  top: `${(100 * y) / rows}%`,
  width: `${(100 * width) / cols}%`,
  height: `${(100 * height) / rows}%`,
});
