/**
 * Which input pixels a value of a feature map depends on, by arithmetic over the layers.
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {{size: number, jump: number, start: number}} Field one axis, in input pixels
 */

const WINDOWED = new Set(["Conv2d", "MaxPool2d", "AvgPool2d"]);

/** An argument that torch takes as a number or a pair. @param {any} value @param {number} axis @param {number} otherwise */
export function alongAxis(value, axis, otherwise) {
  const one = Array.isArray(value) ? value[axis] : value;
  return one === null || one === undefined ? otherwise : Number(one);
}

/**
 * The field after one more windowed layer: Dumoulin and Visin, "A guide to convolution
 * arithmetic for deep learning", section 2; `start` is the first pixel of output 0.
 * @param {Field} field @param {{kernel: number, stride: number, padding: number, dilation: number}} window
 * @returns {Field}
 */
export function through(field, { kernel, stride, padding, dilation }) {
  return {
    size: field.size + dilation * (kernel - 1) * field.jump,
    jump: field.jump * stride,
    start: field.start - padding * field.jump,
  };
}

/** @param {Layer} layer @param {number} axis 0 for y, 1 for x */
export function windowOf(layer, axis) {
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

/**
 * The field of a layer's values along one axis, or null where each value sees everything.
 * @param {Layer[]} layers in order @param {number} index of the layer asked about @param {number} axis
 * @returns {Field | null}
 */
export function fieldOf(layers, index, axis) {
  let field = { size: 1, jump: 1, start: 0 };
  for (const layer of layers.slice(0, index + 1)) {
    if (["Flatten", "Linear", "AdaptiveAvgPool2d"].includes(layer.type)) return null;
    if (WINDOWED.has(layer.type)) field = through(field, windowOf(layer, axis));
  }
  return field;
}

/**
 * The part of the input that the value at (y, x) of a layer's map depends on, cut at the border.
 * @param {Layer[]} layers @param {number} index @param {number} y @param {number} x
 * @param {number[]} inputShape (C, H, W)
 * @returns {{x: number, y: number, width: number, height: number}}
 */
export function receptiveField(layers, index, y, x, inputShape) {
  const [, height, width] = inputShape;
  const [top, bottom] = span(fieldOf(layers, index, 0), y, height);
  const [left, right] = span(fieldOf(layers, index, 1), x, width);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** @param {Field | null} field @param {number} at @param {number} side @returns {[number, number]} */
function span(field, at, side) {
  if (!field) return [0, side];
  const first = field.start + at * field.jump;
  return [Math.max(0, first), Math.min(side, first + field.size)];
}
