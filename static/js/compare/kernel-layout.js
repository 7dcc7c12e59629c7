/**
 * Where the kernels of a layer stand, the same for both runs and for their difference, so that what
 * lies at the same place is the same weight.
 *
 * @typedef {{filters: number, channels: number, rows: number, cols: number}} Size of a layer's weight
 * @typedef {{columns: number, shown: number, perFilter: number, cell: number, gap: number,
 *   width: number, height: number, notes: string[]}} Tiling px; `shown` filters, `perFilter` kernels each
 */

const MOST_FILTERS = 64;
const MOST_CELL = 22;
const TALL = 540; // px, where cells can still be counted
const COUNTABLE_CELL = 6;
const GAP = 5;

/**
 * A convolution's (out, in, kh, kw) as it is; a linear layer's (out, in) as one tile an output for
 * each map that was flattened before it, or one long tile.
 * @param {number[]} shape @param {number[] | null} flattened (C, H, W) before a linear layer
 * @returns {Size}
 */
export function sizeOf(shape, flattened) {
  if (shape.length === 4) {
    const [filters, channels, rows, cols] = shape;
    return { filters, channels, rows, cols };
  }
  const [filters, inputs] = shape;
  const [channels, rows, cols] = flattened ?? [1, 1, inputs];
  return { filters, channels, rows, cols };
}

/** @param {Size} size @param {number} room px @returns {Tiling} */
export function tile(size, room) {
  const fits = Math.floor((room + GAP) / (size.cols + GAP));
  const perFilter = Math.max(1, Math.min(size.channels, fits));
  const shown = Math.min(size.filters, MOST_FILTERS);
  const columns = perFilter > 1 ? perFilter : flow(size, shown, room);
  const tiles = shown * perFilter;
  const cell = cellOf(size, columns, tiles, room);
  return {
    columns,
    shown,
    perFilter,
    cell,
    gap: GAP,
    width: columns * (size.cols * cell + GAP) - GAP,
    height: Math.ceil(tiles / columns) * (size.rows * cell + GAP) - GAP,
    notes: [
      ...some(shown, size.filters, "filters"),
      ...some(perFilter, size.channels, "channels of each"),
    ],
  };
}

/** @param {number} shown @param {number} all @param {string} what */
const some = (shown, all, what) => (shown < all ? [`the first ${shown} of ${all} ${what}`] : []);

/** How many filters of one kernel stand in a row. @param {Size} size @param {number} shown @param {number} room */
function flow(size, shown, room) {
  const most = Math.max(1, Math.floor((room + GAP) / (size.cols + GAP)));
  return Math.min(most, Math.ceil(Math.sqrt(shown * 1.5)));
}

/** As large as fits, without the whole growing too tall.
 * @param {Size} size @param {number} columns @param {number} tiles @param {number} room */
function cellOf(size, columns, tiles, room) {
  const wide = (room - GAP * (columns - 1)) / (columns * size.cols);
  const rows = Math.ceil(tiles / columns);
  const high = (TALL - GAP * (rows - 1)) / (rows * size.rows);
  return Math.max(1, Math.floor(Math.min(MOST_CELL, wide, Math.max(COUNTABLE_CELL, high))));
}

/** @param {Tiling} tiling @param {Size} size @param {number} filter @param {number} channel */
export function placeOf(tiling, size, filter, channel) {
  const tileNumber = filter * tiling.perFilter + channel;
  const x = (tileNumber % tiling.columns) * (size.cols * tiling.cell + tiling.gap);
  const y = Math.floor(tileNumber / tiling.columns) * (size.rows * tiling.cell + tiling.gap);
  return { x, y, width: size.cols * tiling.cell, height: size.rows * tiling.cell };
}

/** @typedef {{filter: number, channel: number, row: number, col: number}} Weight */

/** Which weight lies under a point. @param {Tiling} tiling @param {Size} size @param {number} x px
 * @param {number} y px @returns {Weight | null} */
export function weightAt(tiling, size, x, y) {
  const [wide, high] = [size.cols * tiling.cell + tiling.gap, size.rows * tiling.cell + tiling.gap];
  const column = Math.floor(x / wide);
  const number = Math.floor(y / high) * tiling.columns + column;
  const col = Math.floor((x - column * wide) / tiling.cell);
  const row = Math.floor((y % high) / tiling.cell);
  const inside = x >= 0 && y >= 0 && column < tiling.columns && col < size.cols && row < size.rows;
  if (!inside || number >= tiling.shown * tiling.perFilter) return null;
  const filter = Math.floor(number / tiling.perFilter);
  return { filter, channel: number % tiling.perFilter, row, col };
}

/** Where a weight is among the values. @param {Size} size @param {Weight} weight */
export const indexOf = (size, { filter, channel, row, col }) =>
  ((filter * size.channels + channel) * size.rows + row) * size.cols + col;
