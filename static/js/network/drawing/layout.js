/**
 * Where everything in the network's drawing is, by arithmetic from the layers and the room there is.
 * Columns flow left to right; a column's cells (one for each channel) flow top to bottom.
 *
 * @typedef {import("../../shared/types.js").Layer} Layer
 * @typedef {{x: number, y: number, width: number, height: number}} Rect CSS pixels
 * @typedef {{channel: number, map: Rect, kernels: Rect[], bias: Rect | null, whole: Rect}} Cell
 *   places are relative to the column
 * @typedef {"input" | "conv" | "maps" | "classes" | "vector" | "label"} Role
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {Layer | null} layer null for the input
 * @property {Role} role
 * @property {number[]} shape (C, H, W) of its maps
 * @property {number[] | null} kernel (rows, columns) of one kernel, or of one weight picture
 * @property {number} kernels how many there are for each cell
 * @property {Column | null} source the column whose maps it reads
 * @property {number} x from the pane's left edge
 * @property {number} width
 * @property {number} height
 * @property {Cell[]} cells
 *
 * @typedef {{columns: Column[], width: number, height: number}} Plan
 * @typedef {{width: number, height: number}} Room
 */

export const BAR_WIDTH = 124;
/** "T-shirt/top" and "100 %" side by side. */
const BAR_LEAST = 128;
const GAP_LEAST = 13;
const GAP_MOST = 52;
const MIN_PITCH = 22;
const BIAS_SIDE = 8;
const LABEL_WIDTH = 18;
const MOST_CLASSES = 24;
const HEAD_WIDTH = 54;

/** (C, H, W) of any output: a vector of N is one row. @param {number[]} shape */
export const asMaps = (shape) => (shape.length === 3 ? shape : [1, 1, shape[shape.length - 1]]);

/** @param {Layer} layer @param {boolean} last @returns {Role} */
function roleOf(layer, last) {
  if (layer.type === "Conv2d") return "conv";
  if (layer.type === "Flatten" || layer.type === "Dropout") return "label";
  if (layer.type === "Linear" && last && layer.output_shape[0] <= MOST_CLASSES) return "classes";
  return layer.output_shape.length === 3 ? "maps" : "vector";
}

/** @param {Layer} layer @param {Column} source @returns {{kernel: [number, number], kernels: number}} */
function weightsOf(layer, source) {
  const shape = /** @type {number[]} */ (layer.weight_shape);
  if (layer.type === "Conv2d") return { kernel: [shape[2], shape[3]], kernels: shape[1] };
  const [channels, height, width] = source.shape;
  const spatial = height * width > 1 && channels * height * width === shape[1];
  return spatial
    ? { kernel: [height, width], kernels: channels }
    : { kernel: fold(shape[1]), kernels: 1 };
}

/** The columns without places. @param {Layer[]} layers @param {number[]} inputShape @returns {Column[]} */
function columnsOf(layers, inputShape) {
  const blank = { kernel: null, kernels: 0, x: 0, width: 0, height: 0, cells: [] };
  /** @type {Column} */
  let source = {
    ...blank,
    name: "input",
    layer: null,
    role: "input",
    shape: inputShape,
    source: null,
  };
  const columns = [source];
  for (const layer of layers) {
    const role = roleOf(layer, layer === layers[layers.length - 1]);
    const weights = layer.weight_shape && ["Conv2d", "Linear"].includes(layer.type);
    /** @type {Column} */
    const column = {
      ...blank,
      ...(weights ? weightsOf(layer, source) : {}),
      name: layer.name,
      layer,
      role,
      shape: asMaps(layer.output_shape),
      source,
      cells: [],
    };
    columns.push(column);
    if (role !== "label") source = column;
  }
  return columns;
}

/** How many cells a column has, one below the other. @param {Column} column */
function cellCount(column) {
  if (column.role === "label") return 0;
  if (column.role === "classes") return column.shape[2];
  if (column.role === "vector") return 1;
  if (column.role === "input" && column.shape[0] === 3) return 4;
  return column.shape[0];
}

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
  if (column.role === "vector") Object.assign(map, { width: 22, height: 0 });
  if (column.role === "classes")
    Object.assign(map, {
      width: Math.max(BAR_LEAST, Math.round(BAR_WIDTH * scale)),
      height: Math.min(room, 40),
    });
  return { map, weights: weightRoom(column, room, scale) };
}

/** @param {Column} column @param {number} height @param {number} scale */
function weightRoom(column, height, scale) {
  if (!column.kernel || column.role === "vector") return null;
  const widest = Math.round((column.role === "classes" ? 250 : 224) * scale);
  const [rows, cols] = column.kernel;
  const most = Math.max(
    1,
    Math.round((rows <= 5 ? 15 : rows <= 7 ? 8 : 5) * Math.min(1.2, scale + 0.2)),
  );
  const room = {
    width: Math.min(widest, (cols * most + 3) * column.kernels),
    height: Math.min(height, 4 * most * rows),
  };
  const packed = packGrids(column.kernels, rows, cols, room, 3);
  return packed.cell > most
    ? {
        ...packed,
        ...packGrids(column.kernels, rows, cols, { width: widest, height: most * rows }, 3),
      }
    : packed;
}

/**
 * Places a column's cells at a height; widths come out of it.
 * @param {Column} column @param {number} height @param {number} scale
 */
function place(column, height, scale) {
  column.height = height;
  if (column.role === "label") {
    column.width = LABEL_WIDTH;
    return;
  }
  const n = cellCount(column);
  const lines = Math.max(1, Math.min(n, Math.floor(height / MIN_PITCH)));
  const across = Math.ceil(n / lines);
  const perLine = Math.ceil(n / across);
  const pitch = height / perLine;
  const parts = partsOf(column, pitch, scale / across ** 0.5);
  const bias = parts.weights && column.role === "conv" ? BIAS_SIDE + 12 : parts.weights ? 14 : 0;
  const cellWidth = (parts.weights?.width ?? 0) + bias + parts.map.width;
  const inset = Math.max(0, (HEAD_WIDTH - cellWidth) / 2);
  column.width = Math.max(HEAD_WIDTH, across * (cellWidth + 10) - 10);
  column.cells = Array.from({ length: n }, (_, i) => {
    const x = across === 1 ? Math.round(inset) : Math.floor(i / perLine) * (cellWidth + 10);
    const middle = pitch * ((i % perLine) + 0.5);
    return cellAt(column, i, { x, middle, height, pitch }, parts);
  });
}

/**
 * @param {Column} column @param {number} channel
 * @param {{x: number, middle: number, height: number, pitch: number}} at
 * @param {ReturnType<typeof partsOf>} parts
 * @returns {Cell}
 */
function cellAt(column, channel, at, parts) {
  const { map, weights } = parts;
  const mapHeight =
    column.role === "vector" ? Math.min(at.height - 8, 4 * column.shape[2]) : map.height;
  const kernels = weights ? gridPlaces(column, weights, at) : [];
  const afterKernels = at.x + (weights?.width ?? 0);
  const bias =
    weights && column.role === "conv"
      ? {
          x: afterKernels + 6,
          y: Math.round(at.middle - BIAS_SIDE / 2),
          width: BIAS_SIDE,
          height: BIAS_SIDE,
        }
      : null;
  const mapX = afterKernels + (bias ? BIAS_SIDE + 12 : weights ? 14 : 0);
  const placed = {
    x: mapX,
    y: Math.round(at.middle - mapHeight / 2),
    width: map.width,
    height: mapHeight,
  };
  const tall = Math.max(mapHeight, weights?.height ?? 0);
  const whole = {
    x: at.x,
    y: Math.round(at.middle - tall / 2),
    width: mapX + map.width - at.x,
    height: tall,
  };
  return { channel, map: placed, kernels, bias, whole };
}

/**
 * @param {Column} column @param {NonNullable<ReturnType<typeof weightRoom>>} weights
 * @param {{x: number, middle: number}} at
 * @returns {Rect[]}
 */
function gridPlaces(column, weights, at) {
  const [rows, cols] = /** @type {number[]} */ (column.kernel);
  const width = weights.cell * cols;
  const height = weights.cell * rows;
  const top = Math.round(at.middle - weights.height / 2);
  return Array.from({ length: column.kernels }, (_, k) => ({
    x: at.x + (k % weights.across) * (width + 3),
    y: top + Math.floor(k / weights.across) * (height + 3),
    width,
    height,
  }));
}

/**
 * The largest drawing of a network that fits the room; where none does, the smallest, and its pane
 * scrolls sideways.
 * @param {Layer[]} layers @param {number[]} inputShape (C, H, W) @param {Room} room CSS pixels
 * @returns {Plan}
 */
export function layoutNetwork(layers, inputShape, room) {
  const columns = columnsOf(layers, inputShape);
  const gaps = Math.max(1, columns.length - 1);
  let used = 0;
  for (let scale = 1.3; scale >= 0.55; scale -= 0.05) {
    for (const column of columns) place(column, room.height, scale);
    used = columns.reduce((sum, column) => sum + column.width, 0);
    if (used + gaps * GAP_LEAST <= room.width) break;
  }
  const gap = Math.max(GAP_LEAST, Math.min(GAP_MOST, Math.floor((room.width - used) / gaps)));
  let x = Math.max(0, Math.floor((room.width - used - gap * gaps) / 2));
  for (const column of columns) {
    column.x = x;
    x += column.width + gap;
  }
  return { columns, width: Math.max(room.width, x - gap), height: room.height };
}

/**
 * Which channel of its source a cell's k-th kernel reads; groups split the channels.
 * @param {Column} column @param {number} channel @param {number} k
 */
export function sourceChannel(column, channel, k) {
  const groups = Number(column.layer?.arguments.groups ?? 1);
  const perGroup = column.shape[0] / groups;
  return column.role === "conv" ? Math.floor(channel / perGroup) * column.kernels + k : k;
}

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
