/** Numbers as text: fixed digits, so that nothing on the page jitters. */

const MINUS = "−";

/** @param {string} text with the keyboard's hyphen; a figure's minus is as wide as a digit */
export const withMinus = (text) => text.replaceAll("-", MINUS);

/** What the server says of an intervention, with a real minus before numbers and powers. @param {string} says */
export const withRealMinus = (says) =>
  says.replace(/(?<![\w.]|\d\])-(?=[\d.])|(?<=\de)-(?=\d)/g, "−");

/** A number that is not there, or not finite, is a dash. @param {number | null | undefined} value */
const absent = (value) => value === null || value === undefined || !Number.isFinite(value);

/**
 * Two to three significant digits in at most eight characters: 0.123, −1.25, 12.5, 1.2e−4.
 * @param {number | null | undefined} value
 */
export function short(value) {
  if (absent(value)) return "–";
  const number = /** @type {number} */ (value);
  const size = Math.abs(number);
  if (size === 0) return "0";
  if (size >= 1e5 || size < 0.0995e-2) return withMinus(number.toExponential(1).replace("e+", "e"));
  if (size >= 99.95) return withMinus(number.toFixed(0));
  if (size >= 9.995) return withMinus(number.toFixed(1));
  return withMinus(number.toFixed(size >= 0.9995 ? 2 : size >= 0.00995 ? 3 : 4));
}

/** As `short`, with a plus before a positive number. @param {number | null | undefined} value */
export function signed(value) {
  return !absent(value) && /** @type {number} */ (value) > 0 ? `+${short(value)}` : short(value);
}

/** A share as a percentage: 0.8123 is 81.2%. @param {number | null | undefined} share @param {number} [digits] */
export function percent(share, digits = 1) {
  return absent(share) ? "–" : `${(/** @type {number} */ (share) * 100).toFixed(digits)}%`;
}

/** The end of a scale, 1, 2 or 5 × 10ⁿ, in as few figures as it has. @param {number} limit */
export const limitText = (limit) =>
  limit >= 1e-3 && limit < 1e4
    ? String(limit)
    : withMinus(limit.toExponential(0).replace("e+", "e"));

/** A loss with three decimals, or shortened where it is large. @param {number | null | undefined} value */
export function loss(value) {
  if (absent(value)) return "–";
  const number = /** @type {number} */ (value);
  return Math.abs(number) < 1000 ? withMinus(number.toFixed(3)) : short(number);
}

/** A whole number with commas between thousands. @param {number | null | undefined} value */
export function count(value) {
  if (absent(value)) return "–";
  return String(Math.round(/** @type {number} */ (value))).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Sizes with the multiplication sign: 8×28×28. @param {number[]} shape */
export const shape = (shape) => shape.join("×");

/** "1 kernel", "8 kernels". @param {number} n @param {string} noun */
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A learning rate as one would type it. @param {number} value */
export function rate(value) {
  const text = String(Number(value.toPrecision(3)));
  return text.replace("e+", "e");
}

/** @typedef {{power: number, digits: number}} Figures a shared power of ten, and decimals after it */

/**
 * How to write numbers up to a size in at most six characters each, all alike.
 * @param {number} limit the largest size among them
 * @returns {Figures}
 */
export function figuresFor(limit) {
  if (!(limit > 0) || (limit >= 0.1 && limit < 100)) {
    return { power: 0, digits: limit >= 9.995 ? 1 : limit >= 0.9995 ? 2 : 3 };
  }
  return { power: Math.floor(Math.log10(limit * 1.0005)), digits: 2 };
}

/** A number in shared figures. @param {number} value @param {Figures} figures */
export function inFigures(value, { power, digits }) {
  if (absent(value)) return "–";
  return withMinus((value / 10 ** power).toFixed(digits)).replace(/^−(0\.?0*)$/, "$1");
}

/** "×10⁻³", or nothing where the power is 0. @param {Figures} figures */
export function powerText({ power }) {
  const raised = [...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]));
  return power === 0 ? "" : `×10${raised.join("")}`;
}
