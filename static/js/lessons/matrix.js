/** Arithmetic over rows of numbers, and numbers as text; no page here. */
import { short, withMinus } from "../shared/format.js";

/** @typedef {number[][]} Rows */

/** The largest size among them. @param {Rows} rows */
export const limitOf = (rows) => Math.max(0, ...rows.map((row) => Math.max(...row.map(Math.abs))));

/** @param {Rows} a @param {Rows} b */
export const minus = (a, b) => a.map((row, y) => row.map((value, x) => value - b[y][x]));

/** Keeps what is positive and makes what is negative 0. @param {number} value */
export const relu = (value) => Math.max(0, value);

/** Every number changed. @param {Rows} rows @param {(value: number) => number} change */
export const each = (rows, change) => rows.map((row) => row.map(change));

/** A copy with one number replaced. @param {Rows} rows @param {number} y @param {number} x @param {number} value */
export const withNumber = (rows, y, x, value) =>
  rows.map((row, r) => (r === y ? row.map((old, c) => (c === x ? value : old)) : row));

/** Rows and columns from a corner on. @param {Rows} rows @param {number} y @param {number} x @param {number} height @param {number} width */
export const part = (rows, y, x, height, width) =>
  rows.slice(y, y + height).map((row) => row.slice(x, x + width));

/** The place of the largest value. @param {Rows} rows @returns {{y: number, x: number, value: number}} */
export function peakOf(rows) {
  const best = { y: 0, x: 0, value: Number.NEGATIVE_INFINITY };
  rows.forEach((row, y) => {
    row.forEach((value, x) => {
      if (value > best.value) Object.assign(best, { y, x, value });
    });
  });
  return best;
}

/**
 * How far numbers cancel out: the sum and the count of those above zero, of those below, and the size of
 * their sum as a share of the sum of their sizes (0 … 1).
 * @param {Rows} rows
 */
export function signedSums(rows) {
  const up = { sum: 0, count: 0 };
  const down = { sum: 0, count: 0 };
  for (const value of rows.flat()) {
    if (!value) continue;
    const side = value > 0 ? up : down;
    side.sum += value;
    side.count++;
  }
  const whole = up.sum - down.sum;
  return {
    up,
    down,
    net: up.sum + down.sum,
    left: whole ? Math.abs(up.sum + down.sum) / whole : 0,
  };
}

/**
 * How alike two lists of numbers are: Pearson's correlation, −1 … 1; 0 where one is constant.
 * @param {number[]} a @param {number[]} b
 */
export function correlation(a, b) {
  const mean = (/** @type {number[]} */ list) => list.reduce((s, v) => s + v, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  const of = (/** @type {(i: number) => number} */ f) => a.reduce((s, _, i) => s + f(i), 0);
  const spread = Math.sqrt(of((i) => (a[i] - ma) ** 2) * of((i) => (b[i] - mb) ** 2));
  return spread ? of((i) => (a[i] - ma) * (b[i] - mb)) / spread : 0;
}

/** Glorot's bound of a layer, from its kernel's shape in Keras's order. @param {number[]} shape */
export function glorotBound(shape) {
  const [height, width, inputs, outputs] = shape;
  return Math.sqrt(6 / (height * width * (inputs + outputs)));
}

/** A whole number as it is, any other with two or three digits; what is only a rounding error is 0.
 * @param {number} value */
export function plain(value) {
  const near = Number(value.toFixed(9));
  return Number.isInteger(near) ? withMinus(String(near)).replace(/^−0$/, "0") : short(near);
}

/** "1 + 2 − 3": a sum with its signs. @param {number[]} parts @param {(value: number) => string} [write] */
export const sumText = (parts, write = plain) =>
  parts.map(write).join(" + ").replaceAll("+ −", "− ");

/** Six digits, for numbers that one step of training changes only in the last ones. @param {number} value */
export function exact(value) {
  const small = value !== 0 && Math.abs(value) < 1e-3;
  const text = small
    ? value.toExponential(5).replace(/\.?0+e/, "e")
    : String(Number(value.toPrecision(6)));
  return withMinus(text).replace("e+", "e");
}
