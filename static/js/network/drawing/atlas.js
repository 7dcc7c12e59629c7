/**
 * One canvas a column: every kernel and map of it is written into one ImageData at the screen's own
 * pixels, nearest neighbour, and put with one call. Only data is rewritten; frames stay.
 */

import { keyOf } from "../../shared/frame.js";
import { colourCells, greyCells, mapCells, valueCells } from "../../shared/heatmap/cells.js";
import { blit, cellRect, fill, rim } from "../../shared/heatmap/raster.js";
import { reached } from "../slow-motion/progress.js";
import { ofKind } from "./scales.js";

/**
 * @typedef {import("./layout.js").Column} Column
 * @typedef {import("./layout.js").Rect} Rect
 * @typedef {import("./layout.js").Cell} Cell
 * @typedef {import("../../shared/frame.js").Frame} Frame
 * @typedef {{layer: string, back: boolean, share: number}} Filling how far slow motion has come in a layer
 * @typedef {{frame: Frame, entered: import("../../shared/heatmap/cells.js").Entered, filling: Filling | null, scales: import("./scales.js").Scales, kind: string,
 *   bare?: boolean, ghostOf: (frame: Frame, name: string) => Float32Array | null,
 *   light: ((name: string) => ((i: number) => number) | null) | null}} View `bare`: a map that is not in the frame is cleared; `light`: how bright a
 *   layer's weights are for having moved
 */

/** Around a column, so that frames of its outermost cells are not cut. CSS pixels. */
export const MARGIN = 2;
const COUNTABLE = 4; // device pixels a cell needs before lines between cells are drawn
const RIMMED = 5; // and before it has a rim of its own

export class Atlas {
  /**
   * @param {HTMLCanvasElement} canvas @param {Column} column
   * @param {import("../../shared/heatmap/palette.js").Palette} palette @param {number} dpr device pixels a CSS pixel
   */
  constructor(canvas, column, palette, dpr) {
    this.column = column;
    this.palette = palette;
    this.dpr = dpr;
    canvas.width = Math.round((column.width + 2 * MARGIN) * dpr);
    canvas.height = Math.round((column.height + 2 * MARGIN) * dpr);
    // a canvas in main memory: its pixels are ours, and putting them there is a copy
    this.context = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext("2d", { willReadFrequently: true })
    );
    this.image = this.context.createImageData(canvas.width, canvas.height);
    this.raster = {
      pixels: new Uint32Array(this.image.data.buffer),
      width: canvas.width,
      height: canvas.height,
    };
    this.frames();
  }

  /** A CSS rectangle of the column in device pixels. @param {Rect} rect */
  device({ x, y, width, height }) {
    const at = (/** @type {number} */ v) => Math.round((v + MARGIN) * this.dpr);
    return { x: at(x), y: at(y), width: at(x + width) - at(x), height: at(y + height) - at(y) };
  }

  /** A hairline around each map and kernel: zero is the paper's colour, and has an edge too. */
  frames() {
    const hair = Math.max(1, Math.round(this.dpr));
    for (const cell of this.column.cells) {
      const shown = [...cell.kernels, ...(cell.bias ? [cell.bias] : [])];
      if (this.column.role !== "classes") shown.push(cell.map);
      for (const rect of shown) {
        const { x, y, width, height } = this.device(rect);
        const outer = {
          x: x - hair,
          y: y - hair,
          width: width + 2 * hair,
          height: height + 2 * hair,
        };
        fill(this.raster, outer, this.palette.line);
        fill(this.raster, { x, y, width, height }, this.palette.paper);
      }
    }
  }

  /** @param {Rect} place @param {Uint32Array} cells @param {number} rows @param {number} cols */
  put(place, cells, rows, cols) {
    blit(this.raster, this.device(place), cells, rows, cols);
  }

  /** Paints what a frame has for this column. @param {View} view */
  paint(view) {
    if (this.column.role === "input") this.paintInput(view);
    else this.paintMaps(view);
    if (this.column.role === "conv" || this.column.role === "classes") this.paintKernels(view);
    this.context.putImageData(this.image, 0, 0);
  }

  /** @param {View} view */
  paintInput({ frame, entered }) {
    const input = frame.sections.get(keyOf("", "input"));
    if (!input) return;
    const [channels, rows, cols] = input.shape;
    const asPicture = channels === 3;
    for (const cell of this.column.cells) {
      const picture = asPicture && cell.channel === 0;
      const channel = asPicture ? cell.channel - 1 : cell.channel;
      this.put(
        cell.map,
        picture ? colourCells(input, entered) : greyCells(input, channel, entered),
        rows,
        cols,
      );
    }
  }

  /** @param {View} view */
  paintMaps({ frame, scales, bare, filling }) {
    const { name, role, shape } = this.column;
    const maps = frame.sections.get(keyOf(name, "output"));
    if (!maps && bare && role !== "classes") {
      for (const { map } of this.column.cells) {
        fill(this.raster, this.device(map), this.palette.paper);
      }
    }
    if (!maps || role === "classes" || role === "label") return;
    const [, rows, cols] = shape;
    const { shows = "value" } = /** @type {{shows?: string}} */ (maps);
    const hidden = hiddenCells(filling?.layer === name ? filling : null, rows * cols);
    for (const { channel, map } of this.column.cells) {
      const limit = scales.limit("maps", shows, name, channel);
      const cells = mapCells(maps, channel, this.palette.diverging, limit);
      cells.fill(this.palette.paper, ...hidden);
      if (role === "vector") this.put(map, cells, cols, rows);
      else this.put(map, cells, rows, cols);
    }
  }

  /** @param {View} view */
  paintKernels({ frame, scales, kind, light, ghostOf }) {
    const { name } = this.column;
    const weights = frame.sections.get(keyOf(name, "weight", ofKind(kind)));
    const bias = frame.sections.get(keyOf(name, "bias", ofKind(kind)));
    const moved = light?.(name) ?? null;
    const ghosts = ghostOf(frame, name);
    for (const cell of this.column.cells) {
      if (!weights) {
        this.blank(cell);
        continue;
      }
      const limit = scales.limit("kernels", ofKind(kind), name, cell.channel);
      this.paintFilter(cell, /** @type {Float32Array} */ (weights.values), limit);
      this.paintGhosts(cell, ghosts, limit);
      if (light) this.paintMovement(cell, moved ?? (() => 0));
      if (bias && cell.bias)
        this.put(
          cell.bias,
          valueCells(bias.values, cell.channel, 1, this.palette.diverging, limit),
          1,
          1,
        );
    }
  }

  /** @param {Cell} cell @param {Float32Array} values of the whole layer @param {number} limit @param {Rect[]} [places] of its kernels */
  paintFilter(cell, values, limit, places = cell.kernels) {
    const [rows, cols] = /** @type {number[]} */ (this.column.kernel);
    const n = rows * cols;
    const first = cell.channel * places.length * n;
    places.forEach((place, k) => {
      const cells = valueCells(values, first + k * n, n, this.palette.diverging, limit);
      const rect = this.device(place);
      const gap = rect.width / cols >= COUNTABLE && n <= 49 ? 1 : 0;
      if (gap) fill(this.raster, rect, this.palette.line);
      blit(this.raster, rect, cells, rows, cols, gap);
    });
  }

  /** The other state beside each kernel. @param {Cell} cell @param {Float32Array | null} values of the whole layer @param {number} limit */
  paintGhosts(cell, values, limit) {
    if (values) this.paintFilter(cell, values, limit, cell.ghosts);
    else
      for (const place of cell.ghosts) fill(this.raster, this.device(place), this.palette.absent);
  }

  /** Each cell has a rim as bright as its weight moved; kernels of tiny cells have one around them.
   * @param {Cell} cell @param {(i: number) => number} moved */
  paintMovement(cell, moved) {
    const [rows, cols] = /** @type {number[]} */ (this.column.kernel);
    const n = rows * cols;
    cell.kernels.forEach((place, k) => {
      const first = (cell.channel * cell.kernels.length + k) * n;
      const rect = this.device(place);
      const side = rect.width / cols;
      if (side >= RIMMED) this.rims(rect, rows, cols, (i) => moved(first + i));
      else
        this.around(
          rect,
          meanSquareRoot(n, (i) => moved(first + i)),
        );
    });
  }

  /** @param {Rect} rect of a kernel @param {number} rows @param {number} cols @param {(i: number) => number} moved */
  rims(rect, rows, cols, moved) {
    const side = rect.width / cols;
    const gap = side >= COUNTABLE && rows * cols <= 49 ? 1 : 0;
    const thick = Math.max(1, Math.round(side / 11));
    for (let i = 0; i < rows * cols; i++) {
      const share = moved(i);
      if (!(share > 0)) continue;
      const own = cellRect(rect, rows, cols, Math.floor(i / cols), i % cols, gap);
      rim(this.raster, own, thick, this.palette.moved, share);
    }
  }

  /** The hairline around a kernel, drawn anew. @param {Rect} rect @param {number} share 0 … 1 */
  around({ x, y, width, height }, share) {
    const hair = Math.max(1, Math.round(this.dpr));
    const outer = { x: x - hair, y: y - hair, width: width + 2 * hair, height: height + 2 * hair };
    rim(this.raster, outer, hair, this.palette.line, 1);
    rim(this.raster, outer, hair, this.palette.moved, share);
  }

  /** Where there is nothing to show (no gradient at step 0) nothing is drawn. @param {Cell} cell */
  blank(cell) {
    for (const place of [...cell.kernels, ...(cell.bias ? [cell.bias] : [])]) {
      fill(this.raster, this.device(place), this.palette.absent);
    }
  }
}

/** @param {number} n @param {(i: number) => number} of @returns {number} root of the mean square */
function meanSquareRoot(n, of) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += of(i) ** 2;
  return Math.sqrt(sum / n);
}

/** The cells of a map that have not come yet. @param {Filling | null} filling @param {number} many
 * @returns {[number, number]} from, to */
function hiddenCells(filling, many) {
  if (!filling) return [0, 0];
  const done = reached(filling.share, 1, many);
  return filling.back ? [0, many - done] : [done, many];
}
