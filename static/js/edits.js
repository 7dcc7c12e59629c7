/** What changes by hand are and did, in words and numbers. */
import { percent } from "./format.js";

/** @typedef {import("./types.js").Intervention} Intervention */

/** The kernels that can be put in, and what they are called. */
export const KERNELS = {
  sobel_x: "Sobel, left to right",
  sobel_y: "Sobel, top to bottom",
  blur: "blur",
  sharpen: "sharpen",
  outline: "outline",
  zero: "zeros",
  random: "random",
};

/** How many changes can still be undone. @param {import("./types.js").Change[]} changes */
export function undoable(changes) {
  const undone = new Set(changes.map((change) => change.undoes));
  return changes.filter((change) => change.undoes === null && !undone.has(change.id)).length;
}

/** What a change did to the held-out accuracy, in a sentence. @param {Intervention & {type?: string}} change */
export function effectOf({ held_out_before: before, held_out_after: after }) {
  if (before === null || after === null || before === undefined || after === undefined) return "";
  const points = (100 * (before - after)).toFixed(1);
  const shown = `Held-out accuracy ${percent(before)} → ${percent(after)}`;
  if (Number(points) === 0) return `${shown}: no change.`;
  return Number(points) > 0
    ? `${shown}: worth ${points} points.`
    : `${shown}: ${points.replace("-", "")} points better.`;
}

/** What was typed, as a number; a comma and a real minus are fine. @param {string} text @returns {number | null} */
export function typed(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) ? value : null;
}
