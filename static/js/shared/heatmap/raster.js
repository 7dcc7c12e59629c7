/**
 * Pixels, without a canvas: cells to device pixels by nearest neighbour, one rectangle at a time.
 * A row of cells is spread once, and copied for each further pixel row.
 *
 * @typedef {{pixels: Uint32Array, width: number, height: number}} Raster
 * @typedef {{x: number, y: number, width: number, height: number}} Rect in whole pixels
 */

/** @param {Raster} raster @param {Rect} rect @param {number} colour */
export function fill(raster, rect, colour) {
  const right = Math.min(raster.width, rect.x + rect.width);
  const bottom = Math.min(raster.height, rect.y + rect.height);
  const left = Math.max(0, rect.x);
  for (let y = Math.max(0, rect.y); y < bottom; y++) {
    raster.pixels.fill(colour, y * raster.width + left, y * raster.width + right);
  }
}

/**
 * Paints rows × cols cells into a rectangle that lies inside the raster.
 * @param {Raster} raster @param {Rect} rect @param {Uint32Array} cells colours, row-major
 * @param {number} rows @param {number} cols @param {number} gap pixels left as they are after each cell
 */
export function blit(raster, rect, cells, rows, cols, gap = 0) {
  for (let r = 0; r < rows; r++) {
    const top = rect.y + Math.round((r * rect.height) / rows);
    const next = rect.y + Math.round(((r + 1) * rect.height) / rows);
    const bottom = r === rows - 1 ? next : next - gap;
    if (bottom <= top) continue;
    const start = top * raster.width + rect.x;
    spread(raster.pixels, start, rect.width, cells, r * cols, cols, gap);
    copyRows(raster, start, rect.width, bottom - top);
  }
}

/**
 * @param {Uint32Array} pixels @param {number} start @param {number} width
 * @param {Uint32Array} cells @param {number} from @param {number} cols @param {number} gap
 */
function spread(pixels, start, width, cells, from, cols, gap) {
  let x = 0;
  for (let c = 0; c < cols; c++) {
    const next = Math.round(((c + 1) * width) / cols);
    const end = c === cols - 1 ? next : next - gap;
    const colour = cells[from + c];
    for (; x < end; x++) pixels[start + x] = colour;
    x = next;
  }
}

/**
 * Repeats a row of pixels below itself; gaps inside it are the same in each, so they survive.
 * @param {Raster} raster @param {number} start @param {number} width @param {number} height in all
 */
function copyRows(raster, start, width, height) {
  for (let y = 1; y < height; y++) {
    raster.pixels.copyWithin(start + y * raster.width, start, start + width);
  }
}
