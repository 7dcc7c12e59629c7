/** A cell of the confusion matrix, as the address has it. */

/** @typedef {{true: number, predicted: number}} Cell indexes of classes */

/** @param {string | null} text "3,6": of class 3, taken for class 6 @returns {Cell | null} */
export function parseCell(text) {
  const found = /^(\d{1,6}),(\d{1,6})$/.exec(text ?? "");
  return found && { true: Number(found[1]), predicted: Number(found[2]) };
}

/** @param {Cell} cell */
export const cellText = (cell) => `${cell.true},${cell.predicted}`;

/** How strongly a cell is shaded, 0 … 1: by its share of its row's pictures; a few mistakes are seen too.
 * @param {number} count @param {number} row all of the row */
export const shadeOf = (count, row) => (row > 0 ? Math.sqrt(count / row) : 0);
