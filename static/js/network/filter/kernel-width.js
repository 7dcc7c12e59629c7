/** How wide a kernel's table is, so that its numbers have room.
 *
 * @typedef {"small" | "compact" | "usual" | "roomy"} Size of the cells; each has room for −0.123
 */

/** Of a cell at the usual size of letters, CSS pixels. @param {number} cols @param {Size} size */
function cellPx(cols, size) {
  if (size === "roomy" && cols > 3) return cellPx(cols, "usual");
  if (size === "usual" && cols > 5) return 39;
  return { small: 35, compact: 36, usual: 43, roomy: 50 }[size];
}

/** Of a kernel's table, at the usual size of letters, CSS pixels. @param {number} cols @param {Size} size */
export const kernelWidth = (cols, size) => cols * (cellPx(cols, size) + 1) + 1;
