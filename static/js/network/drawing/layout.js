/**
 * Where everything in the network's drawing is, by arithmetic from the layers and the room there is.
 * Columns flow left to right; a column's cells (one for each channel) flow top to bottom. The answers
 * stand at the right edge, where they stay while the rest is scrolled.
 *
 * @typedef {import("../../shared/types.js").Layer} Layer
 * @typedef {import("./columns.js").Column} Column
 * @typedef {{x: number, y: number, width: number, height: number}} Rect CSS pixels
 * @typedef {{channel: number, map: Rect, kernels: Rect[], ghosts: Rect[], bias: Rect | null, whole: Rect}} Cell
 *   places are relative to the column; `whole`: the kernels, and the map where it is beside them
 * @typedef {{width: number, height: number}} Room CSS pixels
 *
 * @typedef {object} Wishes
 * @property {boolean} [ghosts] beside each kernel there is room for another state of it
 * @property {boolean} [whole] however small, everything is to fit
 * @property {boolean} [answers] they stand in the drawing; else the page shows them elsewhere
 * @property {number} [type] size of the letters, 1 as a rule
 *
 * @typedef {object} Plan
 * @property {Column[]} columns
 * @property {number} width
 * @property {number} height
 * @property {{x: number, width: number} | null} answers the classes' bars; null: there are none in the drawing
 * @property {boolean} scrolls whether it is wider than the room
 * @property {boolean} tiny whether only maps and names can be seen
 * @property {{x: number, width: number, stretch: number} | null} view where a filter is unfolded, and how many times as
 *   large as usual its chain is
 */
import { cellCount, columnsOf } from "./columns.js";
import { packGrids, snap } from "./packing.js";

/** "T-shirt/top" and "100%" side by side. */
const BAR_WIDTH = 132;
const GAP_LEAST = 10;
const GAP_USUAL = 34; // at the usual size: the lines are seen
const GAP_MOST = 72;
const MIN_PITCH = 22;
const BIAS_SIDE = 8;
const LABEL_WIDTH = 18;
const LIST_WIDTH = 48; // of a label beside its list
const HEAD_WIDTH = 52;
const CAPTION_GAP = 6; // between two captions
const LARGEST = 3; // times the usual size
const LEAST = 0.36; // beyond it the drawing is scrolled
const LEAST_WHOLE = 0.1; // unless all of it is wanted at once
const TINY = 0.26; // below it names stand without captions, and kernels where they are no dust
const DUST = 0.18;
const SHRUNK = 0.56; // from here on maps move under the maps that they are made from
const FOLD_PITCH = 34; // a cell of which two maps are seen
const FOLD_SHARE = 0.6; // of a cell's height for the upper one

/**
 * Sizes of a column's parts when the network is drawn at a scale.
 * @param {Column} column @param {number} pitch height of one cell @param {number} scale
 */
function partsOf(column, pitch, scale) {
  const [, rows, cols] = column.shape;
  const room = pitch - Math.max(4, Math.min(10, pitch * 0.12));
  const most = { input: 96, conv: 92, maps: column.layer?.type.includes("Pool") ? 56 : 76 };
  const cap = Math.round((most[/** @type {"conv"} */ (column.role)] ?? 60) * scale);
  const side = Math.min(room, cap);
  const longest = Math.max(rows, cols);
  const unit = snap(side, longest) / longest;
  const map = {
    width: Math.max(1, Math.round(unit * cols)),
    height: Math.max(1, Math.round(unit * rows)),
  };
  if (column.role === "vector") Object.assign(map, { width: Math.round(22 * scale), height: 0 });
  if (column.role === "classes")
    Object.assign(map, { width: 0, height: Math.min(room, 40 * scale) });
  return {
    map,
    weights: weightRoom(column, room, scale),
    biasSide: Math.round(BIAS_SIDE * Math.max(0.6, scale)),
  };
}

/** The largest cell of a kernel, CSS pixels. @param {number} rows */
const cellMost = (rows) => (rows <= 5 ? 15 : rows <= 7 ? 8 : 5);

/** @param {Column} column @param {number} height @param {number} scale */
function weightRoom(column, height, scale) {
  if (!column.kernel || column.role === "vector") return null;
  const widest = Math.round((column.role === "classes" ? 250 : 224) * scale);
  const [rows, cols] = column.kernel;
  const most = Math.max(
    1,
    Math.round(cellMost(rows) * (scale > 1 ? scale : Math.min(1.2, scale + 0.2))),
  );
  const room = {
    width: Math.min(widest, (cols * most + 3) * column.kernels),
    height: Math.min(height, 4 * most * rows),
  };
  const packed = packGrids(column.kernels, rows, cols, room, 3);
  if (scale < DUST || (scale < TINY && packed.cell < 2)) return null; // the maps alone
  return packed.cell > most
    ? {
        ...packed,
        ...packGrids(column.kernels, rows, cols, { width: widest, height: most * rows }, 3),
      }
    : packed;
}

/** Kernels, each with its other state beside it, in the width that they have alone: no column moves. Where they are
 * too small for that they stay alone.
 * @param {Column} column @param {NonNullable<ReturnType<typeof weightRoom>>} alone @param {number} pitch */
function pairRoom(column, alone, pitch) {
  const [rows, cols] = /** @type {number[]} */ (column.kernel);
  const room = { width: alone.width - 1, height: Math.max(alone.height, pitch - 6) };
  const packed = packGrids(column.kernels, rows, 2 * cols, room, 3);
  const fits = packed.width <= room.width && packed.height <= room.height;
  return fits ? { ...packed, width: alone.width } : null;
}

/**
 * Places a column's cells at a height; widths come out of it.
 * @param {Column} column @param {number} height @param {number} scale @param {Wishes} wishes
 */
function place(column, height, scale, { ghosts, type = 1 }) {
  column.height = height;
  if (column.role === "label") {
    column.width = Math.round((column.layer?.type === "Flatten" ? LIST_WIDTH : LABEL_WIDTH) * type);
    return;
  }
  const n = cellCount(column);
  const fitting = column.role === "classes" ? n : Math.floor(height / MIN_PITCH);
  const lines = Math.max(1, Math.min(n, fitting));
  const across = Math.ceil(n / lines);
  const perLine = Math.ceil(n / across);
  const pitch = height / perLine;
  const share = scale / across ** 0.5;
  const parts = partsOf(column, pitch, share);
  const pair = ghosts && column.role === "conv" && parts.weights;
  const beside = pair ? pairRoom(column, pair, pitch) : null;
  Object.assign(parts, { weights: beside ?? parts.weights, paired: beside !== null });
  const cellWidth = afterKernels(column, parts) + parts.map.width;
  const least = HEAD_WIDTH * type * Math.min(1, scale + 0.25 + 0.15 * Math.min(1, scale / TINY));
  const inset = Math.max(0, (least - cellWidth) / 2);
  column.width = Math.round(Math.max(least, across * (cellWidth + 10) - 10));
  column.cells = Array.from({ length: n }, (_, i) => {
    const x = across === 1 ? Math.round(inset) : Math.floor(i / perLine) * (cellWidth + 10);
    const middle = pitch * ((i % perLine) + 0.5);
    return cellAt(column, i, { x, middle, height, pitch }, parts);
  });
}

/** @typedef {ReturnType<typeof partsOf> & {paired?: boolean}} Parts */

/** Where a cell's map begins, behind its kernels and bias. @param {Column} column @param {Parts} parts */
function afterKernels(column, { weights, biasSide }) {
  if (!weights) return 0;
  return weights.width + (column.role === "conv" ? 6 + biasSide + 6 : 0);
}

/**
 * @param {Column} column @param {number} channel
 * @param {{x: number, middle: number, height: number, pitch: number}} at
 * @param {Parts} parts
 * @returns {Cell}
 */
function cellAt(column, channel, at, parts) {
  const { map, weights, biasSide, paired } = parts;
  const mapHeight =
    column.role === "vector" ? Math.min(at.height - 8, 4 * column.shape[2]) : map.height;
  const { kernels, ghosts } = weights
    ? gridPlaces(column, weights, at, paired)
    : { kernels: [], ghosts: [] };
  const bias =
    weights && column.role === "conv"
      ? {
          x: at.x + weights.width + 6,
          y: Math.round(at.middle - biasSide / 2),
          width: biasSide,
          height: biasSide,
        }
      : null;
  const mapX = at.x + afterKernels(column, parts);
  const placed = {
    x: mapX,
    y: Math.round(at.middle - mapHeight / 2),
    width: map.width,
    height: Math.round(mapHeight),
  };
  const tall = Math.max(column.role === "classes" ? 0 : mapHeight, weights?.height ?? 0);
  const whole = {
    x: at.x,
    y: Math.round(at.middle - tall / 2),
    width: mapX + map.width - at.x,
    height: Math.round(tall),
  };
  return { channel, map: placed, kernels, ghosts, bias, whole };
}

/**
 * @param {Column} column @param {NonNullable<ReturnType<typeof weightRoom>>} weights
 * @param {{x: number, middle: number}} at @param {boolean} [paired] with another state beside each
 * @returns {{kernels: Rect[], ghosts: Rect[]}}
 */
function gridPlaces(column, weights, at, paired) {
  const [rows, cols] = /** @type {number[]} */ (column.kernel);
  const width = weights.cell * cols;
  const height = weights.cell * rows;
  const step = (paired ? 2 * width : width) + 3;
  const top = Math.round(at.middle - weights.height / 2);
  const kernels = Array.from({ length: column.kernels }, (_, k) => ({
    x: at.x + (k % weights.across) * step,
    y: top + Math.floor(k / weights.across) * (height + 3),
    width,
    height,
  }));
  const ghosts = paired ? kernels.map((kernel) => ({ ...kernel, x: kernel.x + width + 1 })) : [];
  return { kernels, ghosts };
}

/** Whether a column is one map for each map of the one before it. @param {Column} column */
const followsMaps = ({ role, source, shape }) =>
  role === "maps" && source?.role === "maps" && source.shape[0] === shape[0];

/** Moves maps under the maps that they are made from, two by two, where both can be seen.
 * @param {Column[]} columns @param {number} height */
function foldColumns(columns, height) {
  const uppers = new Set();
  for (const column of columns) {
    const { source } = column;
    const fits = height / Math.max(1, cellCount(column)) >= FOLD_PITCH;
    column.above =
      source && followsMaps(column) && fits && !source.above && !uppers.has(source) ? source : null;
    if (column.above) uppers.add(source);
  }
}

/** Both maps of a folded pair within the upper one's cells. @param {Column} column the lower one */
function stack(column) {
  const upper = /** @type {Column} */ (column.above);
  const pitch = column.height / column.cells.length;
  const room = pitch - 7;
  const tall = room * FOLD_SHARE;
  for (const [i, cell] of column.cells.entries()) {
    const own = upper.cells[i].map;
    const top = pitch * i + 2;
    shrink(own, tall);
    const rest = room - own.height;
    shrink(cell.map, Math.min(rest, own.height * 0.75));
    const spare = (room - own.height - cell.map.height) / 2;
    own.y = Math.round(top + spare);
    cell.map.y = own.y + own.height + 3;
    cell.map.x = Math.round(own.x + (own.width - cell.map.width) / 2);
    for (const each of [upper.cells[i], cell]) each.whole = { ...each.map };
  }
  column.width = upper.width;
}

/** To a height at most, as it is. @param {Rect} map @param {number} most */
function shrink(map, most) {
  if (map.height <= most) return;
  const share = most / map.height;
  const width = Math.max(1, Math.round(map.width * share));
  map.x += Math.round((map.width - width) / 2);
  map.width = width;
  map.height = Math.max(1, Math.round(most));
}

/** @param {Column[]} columns @param {Room} room @param {number} scale @param {Wishes} wishes @returns {number} their width without gaps */
function placeAll(columns, room, scale, wishes) {
  for (const column of columns) place(column, room.height, scale, wishes);
  for (const column of columns) if (column.above) stack(column);
  return columns.reduce((sum, column) => sum + (column.above ? 0 : column.width), 0);
}

/** Room between columns that goes with a scale. @param {number} scale */
const gapAt = (scale) =>
  Math.round(GAP_LEAST + (GAP_USUAL - GAP_LEAST) * Math.max(0, Math.min(1.5, 2 * scale - 1)));

/**
 * The largest scale at which the columns fit, and their width at it without gaps; where none does, the
 * smallest. @param {Column[]} columns @param {Room} room @param {Wishes} wishes
 */
function largestScale(columns, room, wishes) {
  const gaps = columns.filter((column) => !column.above).length - 1;
  const least = wishes.whole ? LEAST_WHOLE : LEAST;
  let scale = LARGEST;
  let used = placeAll(columns, room, scale, wishes);
  while (used + gaps * gapAt(scale) > room.width && scale > least) {
    scale = Math.max(least, scale * 0.96);
    used = placeAll(columns, room, scale, wishes);
  }
  return { scale, used, gaps: Math.max(1, gaps) };
}

/**
 * The largest drawing of a network that fits the room; where none does, the smallest, and its pane
 * scrolls sideways.
 * @param {Layer[]} layers @param {number[]} inputShape (C, H, W) @param {Room} room CSS pixels
 * @param {Wishes} [wishes]
 * @returns {Plan}
 */
export function layoutNetwork(layers, inputShape, room, wishes = {}) {
  const columns = columnsOf(layers, inputShape);
  const { answers = true, type = 1 } = wishes;
  const hasBars = answers && columns.some((column) => column.role === "classes");
  const bar = hasBars ? Math.round(BAR_WIDTH * type) : 0;
  const inner = { width: room.width - (bar ? bar + GAP_LEAST : 0), height: room.height };
  let fit = largestScale(columns, inner, wishes);
  if (fit.scale < SHRUNK) {
    foldColumns(columns, room.height);
    fit = largestScale(columns, inner, wishes);
  }
  const free = Math.floor((inner.width - fit.used) / fit.gaps);
  const gap = Math.max(GAP_LEAST, Math.min(Math.round(GAP_MOST * type), free));
  const drawn = fit.used + gap * fit.gaps;
  let x = Math.max(0, Math.floor((inner.width - drawn) / 2));
  for (const column of columns) {
    if (column.above) {
      Object.assign(column, { x: column.above.x, span: column.width + gap - CAPTION_GAP });
      continue;
    }
    column.x = x;
    const free = column.role === "classes" ? 0 : gap; // beside it stand the answers
    column.span = column.width + free - (free ? CAPTION_GAP : 0);
    x += column.width + gap;
  }
  for (const column of columns) Object.assign(column, { home: column.x, homeSpan: column.span });
  const width = Math.max(inner.width, x - gap) + (bar ? bar + GAP_LEAST : 0);
  if (bar) placeBars(columns, width - bar, bar);
  return {
    columns,
    width,
    height: room.height,
    answers: bar ? { x: width - bar, width: bar } : null,
    scrolls: width > room.width,
    tiny: fit.scale < TINY,
    view: null,
  };
}

/** The classes' bars, at the drawing's right edge. @param {Column[]} columns @param {number} x @param {number} width */
export function placeBars(columns, x, width) {
  for (const column of columns) {
    if (column.role !== "classes") continue;
    for (const { map } of column.cells) Object.assign(map, { x: x - column.x, width });
  }
}
