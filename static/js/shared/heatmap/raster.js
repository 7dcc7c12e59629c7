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

/** Between two packed colours, in code values. @param {number} from @param {number} to @param {number} share 0 … 1 */
export function blend(from, to, share) {
  let out = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    out |= Math.round(a + share * (b - a)) << shift;
  }
  return out >>> 0;
}

/**
 * Blends a colour into the edge of a rectangle, on its inside.
 * @param {Raster} raster @param {Rect} rect @param {number} thick pixels @param {number} colour @param {number} share 0 … 1
 */
export function rim({ pixels, width }, rect, thick, colour, share) {
  const [right, bottom] = [rect.x + rect.width, rect.y + rect.height];
  for (let y = rect.y; y < bottom; y++) {
    const inner = y >= rect.y + thick && y < bottom - thick;
    for (let x = rect.x; x < right; x++) {
      if (inner && x === rect.x + thick) x = Math.max(x, right - thick);
      if (x < right) pixels[y * width + x] = blend(pixels[y * width + x], colour, share);
    }
  }
}

/**
 * Where one of rows × cols cells lies in a rectangle; see `blit`.
 * @param {Rect} rect @param {number} rows @param {number} cols @param {number} r @param {number} c @param {number} gap
 * @returns {Rect}
 */
export function cellRect(rect, rows, cols, r, c, gap) {
  const across = (/** @type {number} */ i) => Math.round((i * rect.width) / cols);
  const down = (/** @type {number} */ i) => Math.round((i * rect.height) / rows);
  return {
    x: rect.x + across(c),
    y: rect.y + down(r),
    width: across(c + 1) - across(c) - (c === cols - 1 ? 0 : gap),
    height: down(r + 1) - down(r) - (r === rows - 1 ? 0 : gap),
  };
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
