/** Grids packed into a room, and sizes that suit pixels. Pure arithmetic. */

/** @typedef {import("./layout.js").Room} Room */

/**
 * A vector as a picture that is as square as it can be, rows × columns.
 * @param {number} n @returns {[number, number]}
 */
export function fold(n) {
  let rows = Math.max(1, Math.floor(Math.sqrt(n)));
  while (n % rows) rows--;
  return [rows, n / rows];
}

/**
 * The largest cell for `count` grids of rows × cols cells within a width and a height, and in how
 * many rows the grids then stand.
 * @param {number} count @param {number} rows @param {number} cols
 * @param {Room} room @param {number} gap pixels between grids
 * @returns {{cell: number, across: number, width: number, height: number}}
 */
export function packGrids(count, rows, cols, room, gap) {
  let best = { cell: 0, across: count, width: 0, height: 0 };
  for (let lines = 1; lines <= count; lines++) {
    const across = Math.ceil(count / lines);
    const byWidth = Math.floor((room.width - (across - 1) * gap) / across / cols);
    const byHeight = Math.floor((room.height - (lines - 1) * gap) / lines / rows);
    const cell = Math.min(byWidth, byHeight);
    if (cell > best.cell) best = { cell, across, width: 0, height: 0 };
    if (byHeight < 1) break;
  }
  const cell = Math.max(1, best.cell);
  const lines = Math.ceil(count / best.across);
  return {
    cell,
    across: best.across,
    width: best.across * (cell * cols + gap) - gap,
    height: lines * (cell * rows + gap) - gap,
  };
}

/** A whole multiple of the map's cells where that costs little. @param {number} side @param {number} cells */
export function snap(side, cells) {
  const whole = Math.floor(side / cells) * cells;
  return whole >= side * 0.9 ? whole : Math.floor(side);
}
