/** Numbers of an explanation as text: enough digits to add up by hand, and aligned. */
import { withMinus } from "../../shared/format.js";

/**
 * How many decimals numbers up to a size have, for six figures in all.
 * @param {number} size the largest among them @returns {number | null} null: a power of ten is needed
 */
export function decimalsFor(size) {
  if (!(size > 0)) return 4;
  const power = Math.floor(Math.log10(size));
  return power < -4 || power > 5 ? null : Math.max(0, Math.min(9, 5 - power));
}

/** @param {number | null | undefined} value @param {number | null} decimals of `decimalsFor` */
export function inDecimals(value, decimals) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const text =
    decimals === null ? value.toExponential(4).replace("e+", "e") : value.toFixed(decimals);
  return withMinus(text);
}

/** One number alone, in six figures. @param {number | null | undefined} value */
export const exact = (value) => inDecimals(value, decimalsFor(Math.abs(value ?? 0)));

/** The largest size in a nested list of numbers and nulls. @param {any} values @returns {number} */
export function sizeOf(values) {
  if (Array.isArray(values)) return values.reduce((most, v) => Math.max(most, sizeOf(v)), 0);
  return Number.isFinite(values) ? Math.abs(values) : 0;
}

/**
 * The largest few by size, and what the others come to.
 * @template T @param {T[]} all @param {(one: T) => number} worth @param {number} most
 * @returns {{shown: T[], others: number, sum: number}}
 */
export function largestFew(all, worth, most) {
  const sorted = [...all].sort((a, b) => Math.abs(worth(b)) - Math.abs(worth(a)));
  const rest = sorted.slice(most);
  return {
    shown: sorted.slice(0, most),
    others: rest.length,
    sum: rest.reduce((sum, one) => sum + worth(one), 0),
  };
}
