/** Where a number stands on the bars of the health: their scales are logarithmic. */
import { withMinus } from "../../shared/format.js";

/** Update ÷ weight of a layer that learns well; the server's findings have the same bounds. */
export const HEALTHY = { least: 1e-4, most: 0.1 };
const [FIRST, DECADES] = [-6, 6]; // the scale of update ÷ weight: 0.000001 to 1
const FADING = 4; // decades below the largest gradient

/** @param {number} at */
const within = (at) => Math.min(1, Math.max(0, at));

/** @param {number} ratio update ÷ weight @returns {number} 0 … 1 */
export const placeOfRatio = (ratio) => within((Math.log10(ratio) - FIRST) / DECADES);

/** @param {number} size of a gradient @param {number} most the largest of all layers @returns {number} 0 … 1 */
export const placeOfGradient = (size, most) =>
  size > 0 ? within(1 + Math.log10(size / most) / FADING) : 0;

/** @param {number | null} ratio @returns {"too large" | "too small" | null} */
export function wrongWith(ratio) {
  if (ratio === null || ratio === 0) return null;
  if (ratio > HEALTHY.most) return "too large";
  return ratio < HEALTHY.least ? "too small" : null;
}

/** Two figures. @param {number | null} value */
export const figures = (value) =>
  value === null ? "–" : withMinus(value === 0 ? "0" : Number(value.toPrecision(2)).toString());
