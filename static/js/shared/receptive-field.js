/**
 * Which values of the maps before it, and which input pixels, a value of a feature map depends on.
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {{top: number, left: number, rows: number, columns: number}} Patch of a map, may overhang it
 * @typedef {{x: number, y: number, width: number, height: number}} Pixels of the input
 */

/** An argument that torch takes as a number or a pair. @param {any} value @param {number} axis @param {number} otherwise */
function alongAxis(value, axis, otherwise) {
  const one = Array.isArray(value) ? value[axis] : value;
  return one === null || one === undefined ? otherwise : Number(one);
}

/** @param {Layer} layer @param {number} axis 0 for y, 1 for x */
function windowOf(layer, axis) {
  const args = layer.arguments;
  const kernel = alongAxis(args.kernel_size, axis, 1);
  return {
    kernel,
    stride: alongAxis(args.stride, axis, layer.type === "Conv2d" ? 1 : kernel),
    padding: Number.isInteger(alongAxis(args.padding, axis, 0))
      ? alongAxis(args.padding, axis, 0)
      : 0,
    dilation: alongAxis(args.dilation, axis, 1),
  };
}

/** @param {Layer} layer @param {number} y @param {number} x @returns {Patch} */
function windowPatch(layer, y, x) {
  const [tall, wide] = [windowOf(layer, 0), windowOf(layer, 1)];
  const span = (/** @type {typeof tall} */ w) => w.dilation * (w.kernel - 1) + 1;
  return {
    top: y * tall.stride - tall.padding,
    left: x * wide.stride - wide.padding,
    rows: span(tall),
    columns: span(wide),
  };
}

/** @param {Layer} layer @param {number} y @param {number} x @returns {Patch} */
function adaptivePatch(layer, y, x) {
  const [, height, width] = layer.input_shape;
  const [, rows, cols] = layer.output_shape;
  const from = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ n) =>
    Math.floor((at * size) / n);
  const to = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ n) =>
    Math.ceil(((at + 1) * size) / n);
  const [top, left] = [from(y, height, rows), from(x, width, cols)];
  return { top, left, rows: to(y, height, rows) - top, columns: to(x, width, cols) - left };
}

/**
 * The part of the maps before it that a value reads.
 * @param {Layer} layer @param {number} y @param {number} x
 * @returns {Patch | null} null: everything
 */
export function patchOf(layer, y, x) {
  if (["Conv2d", "MaxPool2d", "AvgPool2d"].includes(layer.type)) return windowPatch(layer, y, x);
  if (layer.type === "AdaptiveAvgPool2d") return adaptivePatch(layer, y, x);
  if (["Linear", "Flatten"].includes(layer.type)) return null;
  return { top: y, left: x, rows: 1, columns: 1 };
}

/**
 * The part of the input that the value at (y, x) of a layer's map depends on, cut at the border: as the
 * server has counted it; where that differs between positions, as the maps before it have it.
 * @param {Layer[]} layers @param {number} index @param {number} y @param {number} x
 * @param {number[]} inputShape (C, H, W)
 * @returns {Pixels}
 */
export function receptiveField(layers, index, y, x, inputShape) {
  const [, height, width] = inputShape;
  const { receptive_field: size, ...layer } = layers[index];
  const { receptive_field_start: start, receptive_field_jump: jump } = layer;
  if (size && start && jump) {
    const top = start[0] + y * jump[0];
    const left = start[1] + x * jump[1];
    return cut({ x: left, y: top, width: size[1], height: size[0] }, height, width);
  }
  const patch = patchOf(layers[index], y, x);
  if (!patch) return { x: 0, y: 0, width, height };
  return throughPatch(layers, index, patch, inputShape);
}

/** All that the corners of a patch of the maps before it depend on.
 * @param {Layer[]} layers @param {number} index @param {Patch} patch @param {number[]} inputShape @returns {Pixels} */
function throughPatch(layers, index, patch, inputShape) {
  const [, rows = 1, columns = 1] = layers[index].input_shape;
  const { x, y, width, height } = cut(
    { x: patch.left, y: patch.top, width: patch.columns, height: patch.rows },
    rows,
    columns,
  );
  if (index === 0) return { x, y, width, height };
  const one = receptiveField(layers, index - 1, y, x, inputShape);
  const other = receptiveField(layers, index - 1, y + height - 1, x + width - 1, inputShape);
  const [right, bottom] = [other.x + other.width, other.y + other.height];
  return { x: one.x, y: one.y, width: right - one.x, height: bottom - one.y };
}

/** @param {Pixels} pixels @param {number} height @param {number} width @returns {Pixels} */
function cut(pixels, height, width) {
  const x = Math.max(0, pixels.x);
  const y = Math.max(0, pixels.y);
  return {
    x,
    y,
    width: Math.min(width, pixels.x + pixels.width) - x,
    height: Math.min(height, pixels.y + pixels.height) - y,
  };
}
