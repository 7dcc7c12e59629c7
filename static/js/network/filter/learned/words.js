/** How what a filter learned is said. */
import { count, withMinus } from "../../../shared/format.js";

const ALIKE = 0.5; // above it, what is shown says little of what was learned

/**
 * Beside its control. @param {number | null} correlation @param {string} of what the control is
 * @param {string} did "answered to"
 */
export function alikeWords(correlation, of, did) {
  if (correlation === null)
    return `Whether it is alike with ${of} cannot be said: one of them is all the same.`;
  const alike = `${withMinus(correlation.toFixed(2))} alike with ${of}`;
  if (correlation > 0.9995) return `${alike}: the same as before it learned.`;
  return correlation > ALIKE
    ? `${alike}: it ${did} much the same before it learned.`
    : `${alike}: it was learned.`;
}

/** How far the looking has come. @param {{images: number, of: number, half: "test" | "train", isWorking: boolean}} seen */
export function seenWords({ images, of, half, isWorking }) {
  const which = half === "test" ? "held-out" : "training";
  if (images >= of) return `Of all ${count(of)} ${which} pictures.`;
  return `Of the first ${count(images)} of ${count(of)} ${which} pictures${isWorking ? "…" : "."}`;
}

/** Points of accuracy: +2.1, −0.3. @param {number} share */
export function points(share) {
  const text = withMinus((100 * share).toFixed(1));
  return share > 0 && text !== "0.0" ? `+${text}` : text.replace(/^−0\.0$/, "0.0");
}

/** Some of a path, evenly, with its first and last. @param {number} length @param {number} most @returns {number[]} their places */
export function evenly(length, most) {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)));
}
