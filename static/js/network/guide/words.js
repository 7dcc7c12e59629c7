/** What chapters tell, in sentences with the numbers of the run. */
import { count, percent } from "../../shared/format.js";

/** @typedef {import("./edge-likeness.js").Likeness} Likeness */

const LIKE = 0.55; // of a correlation: below it nothing is told as like an edge detector
const MUCH = 0.75; // below it nothing is called one
const GREW = 0.15; // less than that more than at step 0 is chance's work, not training's

/** @param {number} r */
const figure = (r) => Math.abs(r).toFixed(2);

/** What a filter is like, and was. @param {Likeness | null} now @param {Likeness | null} first */
export function likenessSentence(now, first) {
  if (!now) return "Its kernel is too small to see an edge.";
  const { direction, r } = now;
  const like = `Its correlation with the textbook detector of ${direction} edges (Sobel) is ${figure(r)}`;
  if (Math.abs(r) < LIKE)
    return `${like}, where 1 is the same: no edge detector, or not yet. It may find another use.`;
  const much = Math.abs(r) >= MUCH;
  const does = much
    ? `It detects ${direction} edges.`
    : `It is somewhat like a detector of ${direction} edges.`;
  if (!first) return `${does} ${like}, where 1 is the same.`;
  const same = first.direction === direction;
  if (same && (Math.abs(first.r) >= LIKE || Math.abs(r) - Math.abs(first.r) < GREW))
    return `${does} ${like}, where 1 is the same. Chance had made it much like that at step 0 already (${figure(first.r)}).`;
  const was = same ? `up from ${figure(first.r)}` : `and at most ${figure(first.r)}`;
  const became = much ? "It became a detector" : "It became more like a detector";
  return `${became} of ${direction} edges. ${like}, ${was} at step 0; 1 is the same.`;
}

/** What a silenced filter cost. @param {{held_out_before: number | null, held_out_after: number | null} | null} worth */
export function silenceSentence(worth) {
  const [before, after] = [worth?.held_out_before ?? null, worth?.held_out_after ?? null];
  if (after === null) return "It is silenced.";
  if (before === null) return `Held-out accuracy is ${percent(after)} without it.`;
  const points = 100 * (before - after);
  const shift = `from ${percent(before)} to ${percent(after)}`;
  if (points >= 1) return `Held-out accuracy fell ${shift} without this one filter.`;
  if (points > -1)
    return `Held-out accuracy hardly moved, ${shift}: the other filters do without this one. Take it back, and try another.`;
  return `Held-out accuracy rose ${shift}: this filter misled more than it helped, as happens early in training.`;
}

/** @param {import("./training.js").Climb} climb @param {number | null} heldOut if it was measured there */
export function climbSentence({ from, to, before, after, now }, heldOut) {
  const steps = `${count(to - from)} steps`;
  const rose = `Accuracy went from ${before === null ? "guessing" : percent(before)} to ${percent(after)} in ${steps}`;
  const also =
    heldOut === null ? "" : `; on pictures that it never trained on it is ${percent(heldOut)}`;
  if (now === "paused")
    return to > from ? `${rose}. It was paused there.` : "It was paused before the first step.";
  if (now === "slow")
    return `${rose}: this recipe learns slowly, or not at all. Another learning rate may do better.`;
  return `${rose}${also}.`;
}
