/** The axes of a weight tensor in PyTorch's order and in Keras's, and its numbers as nested text. */

import { figuresFor, inFigures } from "../../shared/format.js";
import { largest } from "../../shared/heatmap/colour.js";

/** @typedef {"torch" | "keras"} Order */

/** By the number of axes: each axis's short name, and what it counts. @type {Record<number, Record<Order, [string, string][]>>} */
export const AXES = {
  4: {
    torch: [
      ["out", "out: which filter"],
      ["in", "in: which input map"],
      ["kh", "kh: which row of the kernel"],
      ["kw", "kw: which column"],
    ],
    keras: [
      ["kh", "kh: which row of the kernel"],
      ["kw", "kw: which column"],
      ["in", "in: which input map"],
      ["out", "out: which filter"],
    ],
  },
  2: {
    torch: [
      ["out", "out: which output"],
      ["in", "in: which input value"],
    ],
    keras: [
      ["in", "in: which input value"],
      ["out", "out: which output"],
    ],
  },
  1: { torch: [["map", "which map"]], keras: [["map", "which map"]] },
};

/** Where each of Keras's axes is among torch's. @type {Record<number, number[]>} */
const KERAS = { 4: [2, 3, 1, 0], 2: [1, 0], 1: [0] };

/** @param {number[]} shape @returns {number[]} how far apart neighbours along each axis are */
function strides(shape) {
  const steps = new Array(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) steps[i] = steps[i + 1] * shape[i + 1];
  return steps;
}

/**
 * A tensor's values in another order of axes.
 * @param {ArrayLike<number>} values row-major in torch's order @param {number[]} shape torch's @param {Order} order
 * @returns {{values: ArrayLike<number>, shape: number[]}}
 */
export function permute(values, shape, order) {
  if (order === "torch") return { values, shape };
  const axes = KERAS[shape.length];
  const from = strides(shape);
  const to = axes.map((axis) => shape[axis]);
  const steps = strides(to);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    let at = 0;
    for (let a = 0; a < axes.length; a++) at += (Math.floor(i / steps[a]) % to[a]) * from[axes[a]];
    out[i] = values[at];
  }
  return { values: out, shape: to };
}

/**
 * Nested brackets as numpy prints them, innermost axis on one line.
 * @param {ArrayLike<number>} values @param {number[]} shape @param {number} most numbers written
 */
export function nestedText(values, shape, most) {
  const figures = { ...figuresFor(largest(values, 0, values.length)), digits: 4, power: 0 };
  const text = (/** @type {number} */ i) => inFigures(values[i], figures).padStart(8);
  const steps = strides(shape);
  const last = shape.length - 1;
  /** @param {number} axis @param {number} from @returns {string} */
  const write = (axis, from) => {
    if (axis === last) {
      return `[${Array.from({ length: shape[last] }, (_, i) => text(from + i)).join(" ")}]`;
    }
    const lines = [];
    for (let i = 0; i < shape[axis]; i++) {
      const at = from + i * steps[axis];
      if (at >= most) {
        lines.push("…");
        break;
      }
      lines.push(write(axis + 1, at));
    }
    const gap = `${"\n".repeat(last - axis)}${" ".repeat(axis + 1)}`;
    return `[${lines.join(gap)}]`;
  };
  return write(0, 0);
}
