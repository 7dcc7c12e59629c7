/** What interventions are and did, in words and numbers. */
import { percent } from "../../shared/format.js";

/** @typedef {import("../../shared/types.js").Intervention} Intervention */

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

/** The accuracy before and after an intervention, as far as it is known. @param {{held_out_before: number | null, held_out_after: number | null} | null} worth */
export function accuracyShift(worth) {
  if (!worth || worth.held_out_after === null) return "";
  const { held_out_before: before, held_out_after: after } = worth;
  return before === null ? `→ ${percent(after)}` : `${percent(before)} → ${percent(after)}`;
}

/** What an intervention did to the held-out accuracy, in a sentence. @param {Intervention & {type?: string}} change */
export function effectSentence({
  held_out_before: before,
  held_out_after: after,
  steps_ahead: ahead,
  type,
}) {
  if (before === null || after === null || before === undefined || after === undefined) return "";
  const points = (100 * (before - after)).toFixed(1);
  if (ahead) return learningSentence(before, after, ahead, points);
  const shown = `Held-out accuracy ${percent(before)} → ${percent(after)}`;
  if (Number(points) === 0) return `${shown}: no change.`;
  if (Number(points) < 0) return `${shown}: ${points.replace("-", "")} points better.`;
  return `${shown}: ${type === "silence" ? `worth ${points} points` : `${points} points worse`}.`;
}

/** What it is worth that a filter goes on learning. @param {number} learning @param {number} frozen @param {number} ahead @param {string} points */
function learningSentence(learning, frozen, ahead, points) {
  const shown = `${ahead} steps on, held-out accuracy ${percent(learning)} if it learned, ${percent(frozen)} frozen`;
  if (Number(points) === 0) return `${shown}: no difference.`;
  const worth = Number(points) > 0 ? `is worth ${points}` : `costs ${points.replace("-", "")}`;
  return `${shown}: its learning ${worth} points.`;
}

/** What was typed, as a number; a comma and a real minus are fine. @param {string} text @returns {number | null} */
export function parseNumber(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) ? value : null;
}
